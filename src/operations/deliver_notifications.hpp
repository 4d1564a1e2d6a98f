// Hands claimed messages to their provider and decides what each outcome means.
//
// The claim is the durable record that an attempt began (its event is written with the lease); the result is recorded
// after. No database connection is held while a provider is called. Belongs to one Loop.
//
// Only what a provider was offered counts as a try. While nothing can be offered (nobody sends where it goes, the
// service cannot be read, an earlier attempt cannot be looked up) the message waits as the attempt that it is. Its
// contents stay for as long (apply_retention.hpp).
//
// Nothing is offered once the lease may be over: a process that stood still finds its messages in other hands.
//
// After an uncertain attempt all whom the message was offered to are asked about it before it is offered again.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "operations/delivery_recorder.hpp"
#include "operations/notification_contents.hpp"
#include "operations/provider_pool.hpp"
#include "operations/service_directory.hpp"
#include "providers/provider.hpp"
#include "queue/queue.hpp"
#include "runtime/cpu_pool.hpp"

namespace herald
{

// The longest that a hand-off may take: with the claim, and the record of its result (kRecordTimeout), it has to end
// within the lease (app/options.cpp).
inline constexpr seconds kSendTimeout{30};

struct DeliverOptions
{
    std::int16_t tries = 48;       // hand-offs in all: when the last one fails, technical-failure
    seconds retry_pause{300};      // but the first sms retry is at once
    seconds uncertain_pause{300};  // time for a receipt to settle an attempt that got no answer
    seconds send_timeout = kSendTimeout;
    seconds look_up_after{60};             // when a receipt is overdue enough to ask the provider
    std::size_t render_in_place = 65'536;  // bytes that an email may come to, before it is rendered on the pool
    std::string email_domain = "notify.localhost";
    std::string sms_from_number = "+12025550100";
    std::string unsubscribe_url;  // where recipients reach the API, for one-click links; empty: only links of services
};

class DeliverNotifications
{
public:
    // `large_emails` renders what would hold up the loop; nullptr: everything is rendered in place.
    DeliverNotifications(SenderDirectory& directory, DeliveryRecorder& recorder, ProviderPool& providers,
                         const KeyRing& keys, const Clock& clock, DeliverOptions options,
                         CpuPool* large_emails = nullptr);

    // Hands one message over, or finds that this cannot be done, or that an earlier attempt has arrived. Does not
    // throw.
    Task<SendResult> hand_over(ClaimedDelivery claimed);
    // Throws when the result could not be recorded: the lease then ends by itself and the message is tried again as
    // uncertain.
    Task<> record(SendResult result);
    [[nodiscard]] ProviderPool& providers() { return providers_; }

private:
    struct Prepared
    {
        Provider* provider = nullptr;
        OutgoingMessage message;
        std::int16_t fragments = 0;
        std::optional<SuppressionReason> suppressed;  // since it was accepted
    };

    [[nodiscard]] Provider* choose_provider(const ClaimedDelivery& claimed, const Service& service) const;
    Task<Result<Prepared>> prepare(const ClaimedDelivery& claimed, Deadline deadline);
    Task<Result<OutgoingMessage>> render_where_it_fits(const ClaimedDelivery& claimed,
                                                       const NotificationContents& contents,
                                                       const ServiceContext& sender, const TemplateContext& from,
                                                       std::int16_t& fragments) const;
    static Result<OutgoingMessage> render(const ClaimedDelivery& claimed, const NotificationContents& contents,
                                          const ServiceContext& sender, const TemplateContext& from,
                                          const DeliverOptions& options, std::int16_t& fragments);
    Task<SendResult> hand_over(const ClaimedDelivery& claimed, Prepared& prepared, Deadline deadline);
    Task<SendOutcome> send(Prepared& prepared, Deadline deadline);
    Task<Result<std::optional<Receipt>>> find_earlier(const ClaimedDelivery& claimed, Deadline deadline);
    SendResult settled(const ClaimedDelivery& claimed, const Prepared& prepared, Receipt earlier);
    [[nodiscard]] Instant next_try(const ClaimedDelivery& claimed, bool uncertain) const;
    SendResult result_of(const ClaimedDelivery& claimed, const Prepared& prepared, const SendOutcome& outcome) const;
    void count(const SendResult& result);
    Task<std::optional<SuppressionReason>> find_suppression(const ClaimedDelivery& claimed,
                                                            const NotificationContents& contents, Deadline deadline);
    SendResult kept_back(const ClaimedDelivery& claimed, SuppressionReason reason) const;
    static SendResult result_for(const ClaimedDelivery& claimed, std::string detail);
    SendResult postponed(const ClaimedDelivery& claimed, std::string reason, std::string_view provider) const;
    SendResult try_again(const ClaimedDelivery& claimed, const SendOutcome& outcome, std::string_view provider) const;

    SenderDirectory& directory_;
    DeliveryRecorder& recorder_;
    ProviderPool& providers_;
    const KeyRing& keys_;
    const Clock& clock_;
    const DeliverOptions options_;
    CpuPool* const large_emails_;
    std::map<std::pair<std::string, std::string_view>, prometheus::Counter*> attempts_;  // by provider and outcome
    prometheus::Counter& repeated_;
};

}  // namespace herald
