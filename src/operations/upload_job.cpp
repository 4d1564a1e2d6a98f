#include "operations/upload_job.hpp"

#include <cstdio>
#include <stdexcept>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

namespace herald
{

namespace
{

constexpr std::size_t kFilePiece = 256UL << 10;
constexpr std::size_t kMostEncodedName = 1200;  // bytes, of the 2000 that all metadata may have
constexpr std::size_t kMostShownColumns = 30;

Failure not_found()
{
    return fail(ErrorKind::not_found, "No result found");
}

// For metadata, which is ASCII: what is cut off is in the job itself.
std::string encoded_name(const std::string& name)
{
    auto encoded = boost::urls::encode(name, boost::urls::unreserved_chars);
    if (encoded.empty()) return "list.csv";
    if (encoded.size() <= kMostEncodedName) return encoded;
    encoded.resize(kMostEncodedName);
    const auto last = encoded.rfind('%');
    constexpr std::size_t kEncodedByte = 3;
    if (last != std::string::npos && encoded.size() - last < kEncodedByte) encoded.resize(last);
    return encoded;
}

ObjectMetadata metadata_of(const Job& job)
{
    ObjectMetadata metadata{{job_metadata::kNotificationCount, std::to_string(job.notification_count)},
                            {job_metadata::kTemplateId, job.template_id.to_string()},
                            {job_metadata::kValid, "True"},
                            {job_metadata::kOriginalFileName, encoded_name(job.original_file_name)}};
    if (job.sender_id) metadata[job_metadata::kSenderId] = job.sender_id->to_string();
    return metadata;
}

Task<Result<void>> write_object(UploadContext context, const Job& job, ListSource& list)
{
    if (auto begun = co_await list.rewind(); !begun) co_return begun;
    const auto writer =
        co_await context.jobs.objects.create(job.object_key, metadata_of(job), deadline_in(context.step));
    while (true)
    {
        auto bytes = co_await list.read();
        if (bytes.empty()) break;
        co_await writer->write(std::move(bytes), deadline_in(context.step));
    }
    co_await writer->commit(deadline_in(context.step));
    co_return Result<void>();
}

}  // namespace

Task<Result<void>> ListInMemory::rewind()
{
    at_ = 0;
    co_return Result<void>();
}

Task<std::string> ListInMemory::read()
{
    auto piece = bytes_.substr(at_, kFilePiece);
    at_ += piece.size();
    co_return piece;
}

struct ListInFile::File
{
    explicit File(std::filesystem::path of) : path(std::move(of)) {}

    bool open()
    {
        stream.reset(std::fopen(path.c_str(), "rb"));
        return stream != nullptr && std::filesystem::is_regular_file(path);
    }

    [[nodiscard]] std::string read() const
    {
        std::string piece(kFilePiece, '\0');
        piece.resize(std::fread(piece.data(), 1, piece.size(), stream.get()));
        if (std::ferror(stream.get()) != 0) throw std::runtime_error("the file cannot be read to its end");
        return piece;
    }

    struct Close
    {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };

    const std::filesystem::path path;
    std::unique_ptr<std::FILE, Close> stream;
};

ListInFile::ListInFile(std::filesystem::path path, CpuPool& pool)
    : pool_(pool), file_(std::make_unique<File>(std::move(path)))
{
}

ListInFile::~ListInFile() = default;

Task<Result<void>> ListInFile::rewind()
{
    if (co_await pool_.run([this] { return file_->open(); })) co_return Result<void>();
    co_return fail(ErrorKind::not_found, fmt::format("The file {} cannot be read", file_->path.string()));
}

Task<std::string> ListInFile::read()
{
    co_return co_await pool_.run([this] { return file_->read(); });
}

Task<Result<JobSender>> find_wish_sender(JobContext context, JobWish wish)
{
    JobSender sender;
    sender.service = co_await context.directory.service(wish.service_id, context.deadline);
    if (!sender.service) co_return not_found();
    if (!sender.service->service().active)
        co_return fail(ErrorKind::forbidden, "Create job is not allowed: service is inactive ");
    sender.from_template =
        co_await context.directory.current_template(wish.service_id, wish.template_id, context.deadline);
    if (!sender.from_template) co_return not_found();
    const Template& from = sender.from_template->facts;
    if (from.archived) co_return fail(ErrorKind::bad_request, "Template has been deleted");
    if (auto permitted = check_permission(sender.service->service(), from.type); !permitted)
        co_return Failure(permitted.error());
    if (auto known = check_sender(*sender.service, from.type, wish.sender_id); !known) co_return Failure(known.error());
    co_return sender;
}

Job job_of(const JobWish& wish, const JobSender& sender)
{
    Job job;
    job.id = wish.id;
    job.service_id = wish.service_id;
    job.original_file_name = wish.file_name;
    job.object_key = job_object_key(wish.service_id, wish.id);
    job.original_job_id = wish.original_job_id;
    job.template_id = wish.template_id;
    job.template_version = sender.from_template->facts.version;
    job.channel = sender.from_template->facts.type;
    job.key_type = wish.key_type;
    job.api_key_id = wish.api_key_id;
    job.created_by_id = wish.created_by_id;
    job.sender_id = wish.sender_id;
    job.scheduled_for = wish.scheduled_for;
    job.rows_per_second = wish.rows_per_second;
    return job;
}

RecipientListOptions wish_list_options(const JobSender& sender, const JobWish& wish, const AcceptOptions& options)
{
    auto made = job_list_options(sender, job_of(wish, sender), options);
    made.max_rows = wish.max_rows;
    made.max_bytes = wish.max_bytes;
    return made;
}

Task<Result<ListSurvey>> survey_list(ListSource& list, RecipientListOptions options, CpuPool& pool)
{
    if (auto begun = co_await list.rewind(); !begun) co_return Failure(begun.error());
    RecipientListReader reader(std::move(options));
    ListSurvey survey;
    bool has_ended = false;
    while (!has_ended && !reader.error())
    {
        const auto bytes = co_await list.read();
        has_ended = bytes.empty();
        const auto look = [&]
        {
            has_ended ? reader.finish() : reader.feed(bytes);
            while (const auto row = reader.next()) survey.bad_rows += row->good() ? 0 : 1;
        };
        co_await pool.run(look);
    }
    survey.rows = static_cast<std::int32_t>(reader.rows());
    survey.error = reader.error();
    survey.columns = reader.columns();
    co_return survey;
}

Result<void> judge_survey(const ListSurvey& survey)
{
    if (!survey.error) return {};
    Error refusal(ErrorKind::bad_request, reason_text(*survey.error));
    const auto kind = survey.error->kind;
    if (kind == ListErrorKind::no_recipient_column || kind == ListErrorKind::missing_columns)
    {
        auto shown = survey.columns;
        if (shown.size() > kMostShownColumns) shown.resize(kMostShownColumns);
        refusal.more.push_back(
            fmt::format("Its columns are: {}. The first line of the file has to name them.", fmt::join(shown, ", ")));
    }
    return Failure(std::move(refusal));
}

Task<Result<UploadedJob>> upload_job(UploadContext context, JobWish wish, ListSource& list)
{
    if (wish.scheduled_for)
    {
        if (auto in_time = check_schedule(*wish.scheduled_for, context.jobs.now); !in_time)
            co_return Failure(in_time.error());
    }
    const auto sender = co_await find_wish_sender(context.jobs, wish);
    if (!sender) co_return Failure(sender.error());
    const auto survey = co_await survey_list(list, wish_list_options(*sender, wish, context.options), context.pool);
    if (!survey) co_return Failure(survey.error());
    if (auto good = judge_survey(*survey); !good) co_return Failure(good.error());
    auto job = job_of(wish, *sender);
    job.notification_count = survey->rows;
    if (auto written = co_await write_object(context, job, list); !written) co_return Failure(written.error());
    JobContext later = context.jobs;
    later.deadline = deadline_in(context.step);
    auto added = co_await add_job(later, job);
    // A job of that id reads this very object: the first one's is overwritten, and must not go as well.
    if (!added && added.error().kind != ErrorKind::conflict)
        co_await context.jobs.objects.remove(job.object_key, deadline_in(context.step));
    if (!added) co_return Failure(added.error());
    UploadedJob uploaded{std::move(*added), *survey};
    co_return uploaded;
}

}  // namespace herald
