#include "domain/recipient_lists/recipient_list.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "domain/recipient_lists/csv_reader.hpp"
#include "domain/recipient_lists/csv_writer.hpp"
#include "domain/recipient_lists/list_columns.hpp"
#include "domain/recipient_lists/list_dialect.hpp"
#include "domain/recipient_lists/row_builder.hpp"
#include "domain/recipient_lists/text_decoder.hpp"
#include "domain/recipients/tidy_spaces.hpp"

namespace herald
{
namespace
{

bool is_blank(const CsvReader& record)
{
    for (std::size_t i = 0; i < record.size(); ++i)
        if (!tidy_spaces(record.cell(i)).empty()) return false;
    return true;
}

std::vector<std::string> cells_of(const CsvReader& record)
{
    std::vector<std::string> cells;
    cells.reserve(record.size());
    for (std::size_t i = 0; i < record.size(); ++i) cells.emplace_back(record.cell(i));
    return cells;
}

// Such a file was written with the guard.
bool has_reason_column(const std::vector<std::string>& columns)
{
    const auto key = column_key(kReasonColumn);
    return std::ranges::any_of(columns, [&key](const std::string& name) { return column_key(name) == key; });
}

void unguard(std::vector<std::string>& cells)
{
    for (auto& cell : cells) cell = unguard_formula(cell);
}

}  // namespace

std::string_view recipient_column_name(Channel channel)
{
    return channel == Channel::sms ? "phone number" : "email address";
}

class RecipientListReader::Impl
{
public:
    explicit Impl(RecipientListOptions options)
        : options_(std::move(options)), needed_(needed_columns(options_.channel, options_.placeholders))
    {
    }

    void feed(std::string_view bytes);
    void finish();
    std::optional<RecipientRow> next();

    const std::optional<ListError>& error() const { return error_; }
    const std::vector<std::string>& columns() const { return columns_; }
    std::size_t rows() const { return rows_; }

    std::size_t buffered_bytes() const
    {
        return text_.capacity() + decoder_.buffered_bytes() + (records_ ? records_->buffered_bytes() : 0);
    }

private:
    bool read_record();
    bool find_dialect();
    void look_at_record();
    void read_header();
    RecipientRow take_row();
    void end();
    void stop(ListErrorKind kind, std::size_t limit = 0);

    RecipientListOptions options_;
    std::vector<ListColumn> needed_;
    TextDecoder decoder_;
    HeaderFinder header_finder_;
    std::optional<CsvReader> records_;   // once the delimiter is known
    std::optional<RowBuilder> builder_;  // once the header line is read
    std::optional<ListError> error_;

    std::string text_;  // decoded; what stands before used_ is done with
    std::size_t used_ = 0;
    std::size_t bytes_ = 0;
    bool finished_ = false;
    bool too_big_ = false;
    bool not_text_ = false;

    std::vector<std::string> columns_;
    bool guarded_ = false;
    std::size_t blank_rows_ = 0;  // since the last row: they are rows when another one follows, which
    bool row_waits_ = false;      // stands in records_ until they have been given out
    std::size_t rows_ = 0;
};

void RecipientListReader::Impl::feed(std::string_view bytes)
{
    if (error_ || finished_ || too_big_) return;
    const std::size_t room = options_.max_bytes - bytes_;
    too_big_ = bytes.size() > room;
    bytes = bytes.substr(0, room);
    bytes_ += bytes.size();
    text_.erase(0, std::exchange(used_, 0));
    not_text_ = !decoder_.feed(bytes, text_);
}

void RecipientListReader::Impl::finish()
{
    if (error_ || finished_ || too_big_) return;
    finished_ = true;
    not_text_ = !decoder_.finish(text_);
}

std::optional<RecipientRow> RecipientListReader::Impl::next()
{
    while (!error_ && !row_waits_ && read_record()) look_at_record();
    if (error_) return std::nullopt;
    if (!row_waits_)
        end();
    else if (rows_ == options_.max_rows)
        stop(ListErrorKind::too_many_rows, options_.max_rows);
    else
        return take_row();
    return std::nullopt;
}

bool RecipientListReader::Impl::read_record()
{
    if (!records_ && !find_dialect()) return false;
    auto rest = std::string_view(text_).substr(used_);
    auto outcome = records_->read(rest);
    used_ = text_.size() - rest.size();
    if (outcome == CsvReader::Outcome::more && finished_) outcome = records_->finish();
    if (outcome == CsvReader::Outcome::too_long) stop(ListErrorKind::record_too_long);
    return outcome == CsvReader::Outcome::record;
}

// Nothing of the text is used before.
bool RecipientListReader::Impl::find_dialect()
{
    const bool found = header_finder_.find(text_);
    if (!found && !finished_) return false;
    const auto line = header_finder_.line(text_);
    const auto named = named_delimiter(line);
    if (named) used_ = line.size();

    std::vector<std::string> wanted;
    std::ranges::transform(needed_, std::back_inserter(wanted), &ListColumn::key);
    records_.emplace(named ? *named : choose_delimiter(line, wanted));
    return true;
}

void RecipientListReader::Impl::look_at_record()
{
    if (!is_blank(*records_))
    {
        if (builder_)
            row_waits_ = true;
        else
            read_header();
    }
    else if (builder_)
        ++blank_rows_;
}

void RecipientListReader::Impl::read_header()
{
    columns_ = cells_of(*records_);
    guarded_ = has_reason_column(columns_);
    if (guarded_) unguard(columns_);
    if (auto error = find_columns(needed_, columns_))
    {
        stop(error->kind);
        error_ = std::move(error);
        return;
    }
    builder_.emplace(options_, std::move(needed_));
}

RecipientRow RecipientListReader::Impl::take_row()
{
    if (blank_rows_ > 0)
    {
        --blank_rows_;
        return builder_->build(rows_++, std::vector<std::string>(columns_.size()));
    }
    row_waits_ = false;
    auto cells = cells_of(*records_);
    if (guarded_) unguard(cells);
    return builder_->build(rows_++, std::move(cells));
}

// There is no further record in what came so far.
void RecipientListReader::Impl::end()
{
    if (not_text_)
        stop(ListErrorKind::not_text);
    else if (too_big_)
        stop(ListErrorKind::too_big, options_.max_bytes);
    else if (finished_ && rows_ == 0)
        stop(ListErrorKind::no_rows);
}

void RecipientListReader::Impl::stop(ListErrorKind kind, std::size_t limit)
{
    const std::size_t row = builder_ ? rows_ + blank_rows_ + 2 : 1;
    error_ = {.kind = kind, .columns = {}, .limit = limit, .row = kind == ListErrorKind::record_too_long ? row : 0};
    std::string().swap(text_);  // an assignment would keep its memory
    records_.reset();
    row_waits_ = false;
}

RecipientListReader::RecipientListReader(RecipientListOptions options)
    : impl_(std::make_unique<Impl>(std::move(options)))
{
}
RecipientListReader::~RecipientListReader() = default;
RecipientListReader::RecipientListReader(RecipientListReader&&) noexcept = default;
RecipientListReader& RecipientListReader::operator=(RecipientListReader&&) noexcept = default;

void RecipientListReader::feed(std::string_view bytes)
{
    impl_->feed(bytes);
}

void RecipientListReader::finish()
{
    impl_->finish();
}

std::optional<RecipientRow> RecipientListReader::next()
{
    return impl_->next();
}

const std::optional<ListError>& RecipientListReader::error() const
{
    return impl_->error();
}

const std::vector<std::string>& RecipientListReader::columns() const
{
    return impl_->columns();
}

std::size_t RecipientListReader::rows() const
{
    return impl_->rows();
}

std::size_t RecipientListReader::buffered_bytes() const
{
    return impl_->buffered_bytes();
}

}  // namespace herald
