// What providers told, and the numbers that people write to.
#include "app/administration_impl.hpp"
#include "app/receipts.hpp"

namespace herald
{

Result<std::vector<ReceiptEventRow>> Administration::list_receipts(ReceiptRange range, std::int32_t count) const
{
    return ask<std::vector<ReceiptEventRow>>(
        [&](ManageContext context) -> Task<Result<std::vector<ReceiptEventRow>>>
        { co_return co_await herald::list_receipts(context, std::move(range), count); });
}

Result<ReplayCounts> Administration::replay_receipts(ReceiptRange range, bool dry_run, bool unchanged_too) const
{
    if (auto checked = need_keys(); !checked) return Failure(std::move(checked.error()));
    const TimeZone zone(settings_.time_zone);
    ReplayOptions options;
    options.dry_run = dry_run;
    options.unchanged_too = unchanged_too;
    options.apply = apply_options(settings_, keys_);
    return ask<ReplayCounts>(
        [&](ManageContext context)
        { return herald::replay_receipts(context, zone, report_reader(), std::move(range), std::move(options)); });
}

Result<std::vector<InboundNumber>> Administration::list_inbound_numbers() const
{
    return ask<std::vector<InboundNumber>>([](ManageContext context) -> Task<Result<std::vector<InboundNumber>>>
                                           { co_return co_await herald::list_inbound_numbers(context); });
}

Result<InboundNumber> Administration::add_inbound_number(const std::string& number, const std::string& provider) const
{
    return ask<InboundNumber>([&](ManageContext context)
                              { return herald::add_inbound_number(context, number, provider); });
}

Result<InboundNumber> Administration::assign_inbound_number(const std::string& number, const std::string& service) const
{
    return ask_for<InboundNumber>(service, [&](ManageContext context, ServiceId id)
                                  { return herald::assign_inbound_number(context, number, id); });
}

Result<InboundNumber> Administration::release_inbound_number(const std::string& number) const
{
    return ask<InboundNumber>([&](ManageContext context) { return herald::release_inbound_number(context, number); });
}

}  // namespace herald
