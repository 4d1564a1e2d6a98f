// What is forgotten, and when.
#include "app/administration_impl.hpp"

namespace herald
{

Result<std::vector<ServiceRetention>> Administration::show_retention(const std::string& service) const
{
    return ask_for<std::vector<ServiceRetention>>(
        service, [](ManageContext context, ServiceId id) { return herald::show_retention(context, id); });
}

Result<RetentionPlan> Administration::plan_retention(std::int32_t days) const
{
    const TimeZone zone(settings_.time_zone);
    return ask<RetentionPlan>([&](ManageContext context) { return herald::plan_retention(context, zone, days); });
}

}  // namespace herald
