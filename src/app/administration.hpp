// What an operator does by hand, as blocking calls: the face that the management commands of the command line see.
//
// Each call connects, does one thing and disconnects; arguments are the texts that a person types (a service is an id
// or its name). Every expected failure, a database that does not answer included, is an Error whose message says what
// to do. Single-threaded.
//
// Security: CreatedApiKey::text and CallbackSet::signing_secret are the secrets that are ever returned; nothing here
// logs.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/dev_folder.hpp"
#include "base/settings.hpp"
#include "operations/explain_notification.hpp"
#include "operations/manage_api_keys.hpp"
#include "operations/manage_branding.hpp"
#include "operations/manage_callbacks.hpp"
#include "operations/manage_inbound_numbers.hpp"
#include "operations/manage_jobs.hpp"
#include "operations/manage_providers.hpp"
#include "operations/manage_retention.hpp"
#include "operations/manage_service_settings.hpp"
#include "operations/manage_services.hpp"
#include "operations/manage_suppressions.hpp"
#include "operations/manage_templates.hpp"
#include "operations/manage_users.hpp"
#include "operations/plan_job.hpp"
#include "operations/replay_receipts.hpp"
#include "operations/rotate_keys.hpp"
#include "ops/task_overview.hpp"

namespace herald
{

// What a run by hand is to do: neither a day nor a moment is now.
struct TaskWish
{
    std::string name;
    std::optional<LocalDate> date;  // of a daily task
    std::optional<Instant> as_of;
    bool ignore_after = false;
};

struct TaskRunDone
{
    std::string name;
    std::int64_t count = 0;
    Instant as_of{};
    LocalDate date;
};

// Where a service's messages may come from, and how the command line names it.
enum class SenderKind
{
    sms_sender,
    email_reply_to,
};

struct Sender
{
    Uuid id;
    std::string text;
    bool is_default = false;
};

// A list that a person wants to send.
struct JobSubmission
{
    std::string service;
    std::string template_id;
    std::filesystem::path file;
    std::optional<std::string> content;    // what is sent instead of the file, when it has come by itself
    std::string name;                      // as people know it
    std::optional<std::string> sender_id;  // an sms sender or a reply-to; empty: the default
    std::optional<std::string> corrects;   // the job whose bad rows these are
    std::optional<Instant> scheduled_for;
    std::optional<std::int32_t> rows_per_second;
};

struct FollowedJob
{
    JobReport report;          // as it was last
    bool interrupted = false;  // by a signal that would have ended the process
};

class Administration
{
public:
    // The database and the key ring of `settings`; where they name no database, those of the `herald dev` that keeps
    // its data in `dev_directory`. validation: there is neither.
    static Result<Administration> open(Settings settings, const std::filesystem::path& dev_directory);

    Result<ServiceDetails> create_service(NewService wanted) const;
    Result<std::vector<ServiceRow>> list_services() const;
    Result<ServiceDetails> show_service(const std::string& service) const;
    Result<ServiceDetails> change_service(const std::string& service, ServiceChange change) const;
    Result<ServiceDetails> archive_service(const std::string& service) const;

    Result<Guest> add_guest(const std::string& service, const std::string& recipient) const;
    Result<Guest> remove_guest(const std::string& service, const std::string& recipient) const;
    Result<User> add_member(const std::string& service, const std::string& user) const;
    Result<User> remove_member(const std::string& service, const std::string& user) const;
    Result<Sender> add_sender(const std::string& service, SenderKind kind, const std::string& text,
                              bool is_default) const;
    Result<Sender> make_sender_default(const std::string& service, SenderKind kind, const std::string& id) const;
    Result<Sender> archive_sender(const std::string& service, SenderKind kind, const std::string& id) const;
    // Which URLs are allowed is said by the settings.
    Result<CallbackSet> set_callback(const std::string& service, CallbackWish wish) const;
    Result<void> clear_callback(const std::string& service, const std::string& type) const;
    // Of one service, or of all.
    Result<std::vector<EndpointState>> list_callback_endpoints(const std::optional<std::string>& service) const;
    Result<std::vector<CallbackAttempt>> list_callback_attempts(const std::string& service,
                                                                const std::string& notification,
                                                                std::int32_t most) const;
    Result<std::vector<EndpointState>> resume_callbacks(const std::string& service, const std::string& type) const;

    // Makes it, or makes the one of this name as given.
    Result<EmailBranding> put_branding(EmailBranding branding) const;
    Result<std::vector<EmailBranding>> list_brandings() const;
    Result<EmailBranding> show_branding(const std::string& name) const;
    // nullopt: none any more.
    Result<ServiceDetails> set_service_branding(const std::string& service, std::optional<std::string> name) const;

    Result<TemplateReport> create_template(const std::string& service, NewTemplate wanted) const;
    Result<std::vector<Template>> list_templates(const std::string& service, bool with_archived) const;
    Result<TemplateReport> show_template(const std::string& service, const std::string& id,
                                         std::optional<std::int32_t> version) const;
    Result<TemplateReport> change_template(const std::string& service, const std::string& id,
                                           TemplateChange change) const;

    Result<CreatedApiKey> create_api_key(const std::string& service, const std::string& name, KeyType type) const;
    Result<std::vector<ApiKeyRow>> list_api_keys(const std::string& service) const;
    Result<ApiKeyRow> show_api_key(const std::string& id) const;
    Result<ApiKeyRow> revoke_api_key(const std::string& id) const;

    Result<UserDetails> create_user(NewUser wanted) const;
    Result<std::vector<User>> list_users() const;
    Result<UserDetails> show_user(const std::string& user) const;
    Result<UserDetails> change_user(const std::string& user, UserChange change) const;

    Result<std::vector<ProviderRow>> list_providers() const;
    // Newest first; empty: of all.
    Result<std::vector<ProviderEvent>> list_provider_history(const std::optional<std::string>& name,
                                                             std::optional<Channel> channel, std::int32_t most) const;
    Result<ProviderRow> change_provider(const std::string& name, std::optional<Channel> channel,
                                        ProviderChange change) const;

    // By channel.
    Result<std::vector<ServiceRetention>> show_retention(const std::string& service) const;
    // What goes by so many days from today.
    Result<RetentionPlan> plan_retention(std::int32_t days) const;

    Result<std::vector<ReceiptEventRow>> list_receipts(ReceiptRange range, std::int32_t count) const;
    // Takes as long as the range has events.
    Result<ReplayCounts> replay_receipts(ReceiptRange range, bool dry_run, bool unchanged_too) const;

    Result<std::vector<InboundNumber>> list_inbound_numbers() const;
    Result<InboundNumber> add_inbound_number(const std::string& number, const std::string& provider) const;
    Result<InboundNumber> assign_inbound_number(const std::string& number, const std::string& service) const;
    Result<InboundNumber> release_inbound_number(const std::string& number) const;
    Result<std::vector<Suppression>> list_suppressions(const std::string& service, SuppressionQuery query) const;
    Result<Suppression> add_suppression(const std::string& service, SuppressionDecision decision) const;
    Result<Suppression> lift_suppression(const std::string& service, SuppressionDecision decision) const;

    Result<UploadedJob> send_job(const JobSubmission& submission) const;
    Result<JobPlan> plan_job(const JobSubmission& submission) const;
    // Newest first.
    Result<std::vector<JobReport>> list_jobs(const std::string& service, std::int32_t most) const;
    Result<JobReport> show_job(const std::string& service, const std::string& id) const;
    // Looks twice a second and tells `look` what there is, until that is false.
    Result<FollowedJob> follow_job(const std::string& service, const std::string& id,
                                   const std::function<bool(const JobReport&)>& look) const;
    Result<JobReport> pause_job(const std::string& service, const std::string& id) const;
    Result<JobReport> resume_job(const std::string& service, const std::string& id) const;
    // Empty: as fast as it goes.
    Result<JobReport> slow_job(const std::string& service, const std::string& id,
                               std::optional<std::int32_t> rows_per_second) const;
    Result<JobReport> cancel_job(const std::string& service, const std::string& id) const;
    Result<JobReport> retry_failed_rows(const std::string& service, const std::string& id) const;
    // Gives the file to `write`, piece by piece: how many rows it has. not_found: the job has no bad rows.
    Result<std::int32_t> download_bad_rows(const std::string& service, const std::string& id,
                                           const std::function<Result<void>(std::string_view)>& write) const;

    Result<MessageStory> explain_notification(const std::string& id) const;
    // Of one that is scheduled for later.
    Result<MessageStory> cancel_notification(const std::string& id) const;

    // May take hours on a large database; `progress` is told after each batch.
    Result<RotationReport> rotate_keys(const std::function<void(const RotationCount&)>& progress) const;
    // Which key of the ring seals what. Reads everything.
    Result<std::vector<SealingKeyUse>> list_key_uses() const;
    // The ids of the ring's keys, ascending; the last is the current one.
    Result<std::vector<std::uint16_t>> list_keys() const;

    // What comes with the clock.
    Result<std::vector<TaskOverview>> list_tasks() const;
    // Newest first, of one task or of all.
    Result<std::vector<RecordedRun>> list_task_runs(const std::optional<std::string>& name, std::int32_t most) const;
    // Alone among all processes. conflict: another one runs it, or what it comes after has not succeeded.
    Result<TaskRunDone> run_task_now(const TaskWish& wish) const;

private:
    explicit Administration(Settings settings) : settings_(std::move(settings)) {}

    template <class T>
    using Work = std::function<Task<Result<T>>(ManageContext)>;
    template <class T>
    using ServiceWork = std::function<Task<Result<T>>(ManageContext, ServiceId)>;

    // Runs `work` against the database.
    template <class T>
    Result<T> ask(const Work<T>& work) const;
    // The same, with the service that `asked` names.
    template <class T>
    Result<T> ask_for(const std::string& asked, const ServiceWork<T>& work) const;
    Result<void> need_keys() const;

    // Looks at a job or changes it, with what that needs.
    using JobChange = std::function<Task<Result<JobReport>>(JobContext, ServiceId, JobId)>;
    Result<JobReport> change_job(const std::string& service, const std::string& id, const JobChange& change) const;

    Settings settings_;
    KeyRing keys_;
    bool has_keys_ = false;
};

}  // namespace herald
