// How long services keep personal data, and what will go when: for operators. Belongs to the Loop of its Database.
// A setting is changed with change_service (manage_services.hpp).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "operations/manage_context.hpp"
#include "operations/retention_rules.hpp"
#include "storage/retention_store.hpp"

namespace herald
{

struct ServiceRetention
{
    Channel channel = Channel::sms;
    std::int32_t days = 0;
    std::optional<RetentionSetting> setting;  // empty: nobody made one, and it is the default
};

// By channel. not_found: no such service.
Task<Result<std::vector<ServiceRetention>>> show_retention(ManageContext context, ServiceId service);

struct PlannedPartition
{
    std::string name;
    LocalDate goes_on{};
    std::optional<std::int64_t> rows;  // by the server's statistics; empty: they do not know yet
    std::int64_t bytes = 0;            // on the disk
};

struct PlannedRule
{
    RetentionRule rule;
    std::vector<PlannedPartition> partitions;  // those that go until then, the oldest first
    std::optional<std::int64_t> rows;          // of rows and objects: those that go, up to kMostPlannedRows;
                                               // empty: not counted
};

inline constexpr std::int64_t kMostPlannedRows = 100'000;

// Messages of one service and channel whose contents go on one day. By the ledger, which does not know what is under
// way: near enough to see whose data goes.
struct PlannedMessages
{
    ServiceId service_id;
    std::string service_name;
    Channel channel = Channel::sms;
    std::int32_t days = 0;
    LocalDate goes_on{};
    std::int64_t messages = 0;
};

struct RetentionPlan
{
    LocalDate today{};
    LocalDate until{};  // what goes on this day is in the plan
    std::vector<PlannedRule> rules;
    std::vector<PlannedMessages> messages;  // by day, then the most first
    std::int64_t under_way = 0;  // messages whose contents would go by then, and stay while they are not final
};

// Reads catalogues, counts and indexes; changes nothing. `days` from 0 (what is due today) to 90; validation otherwise.
Task<Result<RetentionPlan>> plan_retention(ManageContext context, const TimeZone& zone, std::int32_t days);

}  // namespace herald
