#include "domain/recipient_lists/csv_reader.hpp"

#include <algorithm>

namespace herald
{

std::string_view CsvReader::cell(std::size_t index) const
{
    const std::size_t start = index == 0 ? 0 : ends_[index - 1];
    return std::string_view(text_).substr(start, ends_[index] - start);
}

CsvReader::Outcome CsvReader::read(std::string_view& text)
{
    if (is_too_long()) return Outcome::too_long;
    if (complete_)
    {
        complete_ = false;
        text_.clear();
        ends_.clear();
    }
    if (after_return_ && !text.empty())
    {
        if (text.front() == '\n') text.remove_prefix(1);
        after_return_ = false;
    }
    while (!text.empty())
    {
        complete_ = step(text);
        if (is_too_long()) return Outcome::too_long;
        if (complete_) return Outcome::record;
    }
    return Outcome::more;
}

CsvReader::Outcome CsvReader::finish()
{
    if (is_too_long()) return Outcome::too_long;
    if (complete_ || state_ == State::record_start) return Outcome::more;
    end_cell();
    state_ = State::record_start;
    complete_ = true;
    return Outcome::record;
}

// One character, or a run of those that only have to be kept. True at the end of the record.
bool CsvReader::step(std::string_view& text)
{
    const char c = text.front();
    const bool in_quotes = state_ == State::quoted || (state_ == State::quote && c == '"');
    if (in_quotes)
        step_quoted(text);
    else if (c == '\r' || c == '\n')
        return end_line(text);
    else if (c == delimiter_)
    {
        end_cell();
        text.remove_prefix(1);
    }
    else
        step_unquoted(text);
    return false;
}

void CsvReader::step_quoted(std::string_view& text)
{
    const bool closes = state_ == State::quoted && text.front() == '"';
    if (closes)
        text.remove_prefix(1);
    else if (state_ == State::quote)
        take(text, 1);  // the second of two: one is meant
    else
        take(text, std::min(text.find('"'), text.size()));
    state_ = closes ? State::quote : State::quoted;
}

void CsvReader::step_unquoted(std::string_view& text)
{
    const bool at_start = state_ == State::record_start || state_ == State::cell_start;
    if (at_start && (text.front() == '"' || text.front() == ' '))
    {
        state_ = text.front() == '"' ? State::quoted : State::cell_start;
        text.remove_prefix(1);
        return;
    }
    const auto ends_run = [this](char c)
    {
        return c == delimiter_ || c == '\r' || c == '\n';
    };
    state_ = State::unquoted;
    take(text, static_cast<std::size_t>(std::ranges::find_if(text, ends_run) - text.begin()));
}

// Keeps a little more than the limit at the most, so that what is too long is not copied before it is refused.
void CsvReader::take(std::string_view& text, std::size_t count)
{
    count = std::min(count, kMaxCellBytes + 1);
    text_.append(text, 0, count);
    text.remove_prefix(count);
}

void CsvReader::end_cell()
{
    ends_.push_back(text_.size());
    state_ = State::cell_start;
}

bool CsvReader::end_line(std::string_view& text)
{
    if (state_ != State::record_start) end_cell();
    after_return_ = text.front() == '\r';
    text.remove_prefix(1);
    state_ = State::record_start;
    return true;
}

bool CsvReader::is_too_long() const
{
    const std::size_t open = text_.size() - (ends_.empty() ? 0 : ends_.back());
    return open > kMaxCellBytes || text_.size() > kMaxRecordBytes || ends_.size() > kMaxRecordCells;
}

}  // namespace herald
