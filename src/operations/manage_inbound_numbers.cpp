#include "operations/manage_inbound_numbers.hpp"

#include <algorithm>

#include "sql/queries.hpp"

namespace herald
{

namespace
{

Result<std::string> digits_of(std::string_view number)
{
    constexpr std::size_t kShortest = 3;  // of a short code
    constexpr std::size_t kLongest = 15;  // E.164
    if (number.starts_with('+')) number.remove_prefix(1);
    const bool fits = number.size() >= kShortest && number.size() <= kLongest &&
                      std::ranges::all_of(number, [](char c) { return c >= '0' && c <= '9'; });
    if (!fits) return fail(ErrorKind::validation, "A number is 3 to 15 digits, like +18005550100");
    return std::string(number);
}

Failure not_there(const std::string& number)
{
    return fail(ErrorKind::not_found,
                "There is no inbound number '" + number + "'; `herald inbound-number list` shows them all");
}

Task<Result<InboundNumber>> get(ManageContext context, std::string number)
{
    const auto all = co_await list_inbound_numbers(context);
    const auto found = std::ranges::find(all, number, &InboundNumber::number);
    if (found == all.end()) co_return not_there(number);
    co_return *found;
}

// None: back into stock.
Task<Result<InboundNumber>> give(ManageContext context, std::string number, std::optional<ServiceId> to)
{
    const auto digits = digits_of(number);
    if (!digits) co_return Failure(digits.error());
    auto before = co_await get(context, *digits);
    if (!before) co_return before;
    auto params = pg::Params::of(*digits, to, context.now);
    const auto rows =
        co_await context.database.execute(sql::assign_inbound_number, std::move(params), context.deadline);
    if (rows.empty())
        co_return fail(ErrorKind::conflict, "'" + before->service_name + "' has that number; release it first");
    co_return co_await get(context, *digits);
}

}  // namespace

Task<std::vector<InboundNumber>> list_inbound_numbers(ManageContext context)
{
    const auto rows = co_await context.database.execute(sql::list_inbound_numbers, pg::Params(), context.deadline);
    std::vector<InboundNumber> found;
    for (std::size_t i = 0; i < rows.size(); ++i)
    {
        InboundNumber number;
        number.number = rows.get<std::string>(i, "number");
        number.provider = rows.get<std::string>(i, "provider");
        if (const auto service = rows.get<std::optional<Uuid>>(i, "service_id"))
            number.service_id = ServiceId{*service};
        number.service_name = rows.get<std::optional<std::string>>(i, "service_name").value_or("");
        number.active = rows.get<bool>(i, "active");
        number.created_at = rows.get<Instant>(i, "created_at");
        found.push_back(std::move(number));
    }
    co_return found;
}

Task<Result<InboundNumber>> add_inbound_number(ManageContext context, std::string number, std::string provider)
{
    const auto digits = digits_of(number);
    if (!digits) co_return Failure(digits.error());
    auto params = pg::Params::of(*digits, provider, context.now);
    const auto rows = co_await context.database.execute(sql::add_inbound_number, std::move(params), context.deadline);
    if (rows.empty()) co_return fail(ErrorKind::conflict, "The number '" + *digits + "' is there already");
    co_return co_await get(context, *digits);
}

Task<Result<InboundNumber>> assign_inbound_number(ManageContext context, std::string number, ServiceId service)
{
    return give(context, std::move(number), service);
}

Task<Result<InboundNumber>> release_inbound_number(ManageContext context, std::string number)
{
    return give(context, std::move(number), std::nullopt);
}

}  // namespace herald
