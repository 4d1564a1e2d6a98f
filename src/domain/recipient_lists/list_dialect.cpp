#include "domain/recipient_lists/list_dialect.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "domain/recipient_lists/csv_reader.hpp"
#include "domain/recipient_lists/list_columns.hpp"

namespace herald
{
namespace
{

struct Score
{
    std::size_t wanted = 0;
    std::size_t cells = 0;

    auto operator<=>(const Score&) const = default;
};

Score score(std::string_view line, char delimiter, std::span<const std::string> wanted)
{
    CsvReader reader(delimiter);
    if (reader.read(line) == CsvReader::Outcome::more) reader.finish();
    std::set<std::string> keys;
    for (std::size_t i = 0; i < reader.size(); ++i) keys.insert(column_key(reader.cell(i)));
    const auto found = std::ranges::count_if(wanted, [&keys](const std::string& key) { return keys.contains(key); });
    return {static_cast<std::size_t>(found), reader.size()};
}

}  // namespace

bool HeaderFinder::find(std::string& text)
{
    std::size_t blank = 0;
    bool found = false;
    while (!found && at_ < text.size() && at_ - blank < kMaxRecordBytes)
    {
        const char c = text[at_++];
        if (in_quotes_ || (c != '\n' && c != '\r'))
        {
            look_at(c);
            continue;
        }
        found = says_something_;
        if (!found) blank = at_;
        cell_start_ = true;
        after_quote_ = false;
    }
    text.erase(0, blank);
    at_ -= blank;
    return found || at_ >= kMaxRecordBytes;
}

// The delimiter is not known yet: a quote may follow any of them.
void HeaderFinder::look_at(char c)
{
    if (c == '"')
    {
        const bool opens = !in_quotes_ && (cell_start_ || after_quote_);
        after_quote_ = in_quotes_;
        in_quotes_ = opens;
        cell_start_ = false;
        return;
    }
    after_quote_ = false;
    const bool delimits = kDelimiters.contains(c);
    if (!delimits && !std::string_view(" \n\v\f\r").contains(c)) says_something_ = true;
    cell_start_ = delimits || (cell_start_ && c == ' ');
}

std::optional<char> named_delimiter(std::string_view line)
{
    while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
    if (line.size() > 2 && line.starts_with('"') && line.ends_with('"')) line = line.substr(1, line.size() - 2);
    if (line.size() != 5 || !line.starts_with("sep=") || !kDelimiters.contains(line.back())) return std::nullopt;
    return line.back();
}

char choose_delimiter(std::string_view header_line, std::span<const std::string> wanted)
{
    const auto scored = [&](char delimiter)
    {
        return score(header_line, delimiter, wanted);
    };
    return *std::ranges::max_element(kDelimiters, {}, scored);  // the first of equals
}

}  // namespace herald
