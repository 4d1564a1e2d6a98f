// Whatever comes in: the rows do not depend on how the bytes are cut, memory stays bounded, what is good can be sent,
// and a file of bad rows reads back as it was.
//
// The first byte of an input says how it is read, the rest is the list.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <random>

#include "base/utf8.hpp"
#include "domain/recipient_lists/csv_writer.hpp"
#include "domain/recipient_lists/recipient_list.hpp"

namespace
{

using namespace herald;

constexpr std::size_t kMostRows = 10;  // checking a number takes the longest
constexpr std::size_t kMostBuffered = 8UL << 20;

void check(bool holds)
{
    if (!holds) std::abort();
}

RecipientListOptions options_of(std::uint8_t choice)
{
    RecipientListOptions options;
    options.channel = (choice & 1) != 0 ? Channel::sms : Channel::email;
    if ((choice & 2) != 0) options.placeholders = {"name", "Day_month", "phone number"};
    options.allow_international = (choice & 4) != 0;
    options.default_region = (choice & 8) != 0 ? "GB" : "US";
    options.max_rows = kMostRows;
    options.max_bytes = (choice & 16) != 0 ? 2000 : 1UL << 20;
    return options;
}

struct ReadList
{
    std::vector<RecipientRow> rows;
    std::optional<ListError> error;
    std::vector<std::string> columns;
};

// `next_step` says how long the next chunk is.
ReadList read_list(RecipientListOptions options, std::string_view bytes, auto&& next_step)
{
    RecipientListReader reader(std::move(options));
    ReadList list;
    const auto take_rows = [&]
    {
        check(reader.buffered_bytes() <= kMostBuffered);
        while (auto row = reader.next()) list.rows.push_back(std::move(*row));
    };
    while (!bytes.empty())
    {
        const auto chunk = bytes.substr(0, next_step());
        bytes.remove_prefix(chunk.size());
        reader.feed(chunk);
        take_rows();
    }
    reader.finish();
    take_rows();
    check(reader.rows() == list.rows.size());
    check(reader.error() || !list.rows.empty());
    list.error = reader.error();
    list.columns = reader.columns();
    return list;
}

void check_row(const RecipientRow& row, std::size_t number)
{
    check(row.number == number);
    check(!row.good() || row.recipient);
    for (const auto& cell : row.cells) check(is_utf8(cell) && !cell.contains('\0'));
    check(is_utf8(reason_text(row.errors)));
}

void check_same(const ReadList& one, const ReadList& other)
{
    check(one.error == other.error && one.columns == other.columns && one.rows.size() == other.rows.size());
    for (std::size_t i = 0; i < one.rows.size(); ++i)
    {
        check(one.rows[i].errors == other.rows[i].errors);
        check(one.rows[i].cells == other.rows[i].cells);
        check(one.rows[i].recipient_text == other.rows[i].recipient_text);
        check(one.rows[i].personalisation == other.rows[i].personalisation);
    }
}

// All rows, as if they had been bad. The last of them must not be taken for a blank one, hence the reason.
void check_bad_rows(const RecipientListOptions& options, const ReadList& list)
{
    const BadRowsWriter writer(list.columns);
    std::string file = writer.header();
    for (const auto& row : list.rows) file += writer.row(row.cells, "because");
    auto unlimited = options;
    unlimited.max_bytes = file.size();
    const auto again = read_list(unlimited, file, [] { return 4096UL; });
    check(!again.error && again.rows.size() == list.rows.size());
    for (std::size_t i = 0; i < list.rows.size(); ++i)
    {
        check(again.rows[i].errors == list.rows[i].errors);
        check(again.rows[i].recipient_text == list.rows[i].recipient_text);
        check(again.rows[i].personalisation == list.rows[i].personalisation);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0) return 0;
    const auto options = options_of(data[0]);
    const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);

    const auto whole = read_list(options, bytes, [&] { return bytes.size(); });
    for (std::size_t i = 0; i < whole.rows.size(); ++i) check_row(whole.rows[i], i);
    check(whole.rows.size() <= kMostRows);

    std::minstd_rand dice(static_cast<unsigned>(size) * 31U + data[size - 1]);
    check_same(whole, read_list(options, bytes, [&] { return 1 + dice() % 16; }));
    check_same(whole, read_list(options, bytes, [&] { return 1 + dice() % 2000; }));
    if (!whole.error) check_bad_rows(options, whole);
    return 0;
}
