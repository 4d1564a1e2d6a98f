// herald receipt
#include <fmt/format.h>

#include "cli/administer.hpp"

namespace herald::cli
{

namespace
{

struct Range
{
    std::string since;
    std::string until;
    std::optional<std::string> provider;
};

struct List
{
    Range range;
    std::int32_t count = 100;
};

struct Replay
{
    Range range;
    bool dry_run = false;
    bool all = false;
};

Result<Instant> parse_moment(const std::string& text)
{
    if (const auto at = parse_iso8601(text)) return *at;
    return fail(ErrorKind::validation, "'" + text + "' is not a moment like 2026-11-23T09:00:00Z");
}

Result<ReceiptRange> range_of(const Range& given)
{
    ReceiptRange range;
    const auto since = parse_moment(given.since);
    if (!since) return Failure(since.error());
    range.since = *since;
    range.until = SystemClock().now();
    if (!given.until.empty())
    {
        const auto until = parse_moment(given.until);
        if (!until) return Failure(until.error());
        range.until = *until;
    }
    range.provider = given.provider;
    return range;
}

json::object json_of(const ReceiptEventRow& row)
{
    return {{"id", row.id.to_string()},
            {"provider", row.provider},
            {"kind", to_string(row.kind)},
            {"received_at", json_moment(row.received_at)},
            {"sent_at", json_moment(row.sent_at)},
            {"reading", row.reading}};
}

Result<Answer> list(const Administration& administration, const List& arguments)
{
    auto range = range_of(arguments.range);
    if (!range) return Failure(range.error());
    return show_list(
        administration.list_receipts(std::move(*range), arguments.count),
        {"RECEIVED", "PROVIDER", "KIND", "READ AS", "ID"},
        [](const ReceiptEventRow& row)
        {
            return Row{moment(row.received_at), row.provider, std::string(to_string(row.kind)), row.reading,
                       row.id.to_string()};
        },
        [](const ReceiptEventRow& row) { return json_of(row); });
}

Answer show(const ReplayCounts& counts, bool dry_run)
{
    json::object changed;
    std::vector<std::pair<std::string, std::string>> lines{{"read", std::to_string(counts.read)}};
    for (const auto& [what, count] : counts.changed)
    {
        changed[what] = count;
        lines.emplace_back(what, std::to_string(count));
    }
    if (counts.unopened > 0) lines.emplace_back("sealed with an unknown key", std::to_string(counts.unopened));
    if (!dry_run)
    {
        lines.emplace_back("messages changed", std::to_string(counts.applied.receipts.changed));
        lines.emplace_back("complaints stored", std::to_string(counts.applied.complaints));
        lines.emplace_back("texts stored", std::to_string(counts.applied.inbound));
    }
    return Answer{json::object{{"dry_run", dry_run},
                               {"read", counts.read},
                               {"unopened", counts.unopened},
                               {"changed", std::move(changed)},
                               {"messages_changed", counts.applied.receipts.changed},
                               {"complaints_stored", counts.applied.complaints},
                               {"texts_stored", counts.applied.inbound}},
                  facts(lines)};
}

Result<Answer> replay(const Administration& administration, const Replay& arguments)
{
    auto range = range_of(arguments.range);
    if (!range) return Failure(range.error());
    const auto counts = administration.replay_receipts(std::move(*range), arguments.dry_run, arguments.all);
    return show_result(counts, [&](const ReplayCounts& done) { return show(done, arguments.dry_run); });
}

void add_range(CLI::App* verb, Range& range)
{
    verb->add_option("--since", range.since, "The first moment at which they were received (ISO 8601)")->required();
    verb->add_option("--until", range.until, "The moment before which they were; now when it is left out");
    verb->add_option("--provider", range.provider, "Of this one only: ses or sns");
}

}  // namespace

void add_receipt_command(CLI::App& root, CommandContext& context)
{
    auto* noun = add_noun(root, context, "receipt", "What providers told of messages, as it is kept in the journal");
    auto listed = std::make_shared<List>();
    auto* list_verb = noun->add_subcommand("list", "What came when, and as what it was read; never its content");
    add_range(list_verb, listed->range);
    list_verb->add_option("--count", listed->count, "At most so many, the oldest")->check(CLI::Range(1, 10'000));
    list_verb->footer("  herald receipt list --since 2026-11-23T09:00:00Z --provider ses");
    on_call(list_verb, context, listed, list);

    auto replayed = std::make_shared<Replay>();
    auto* verb = noun->add_subcommand("replay", "Read them again, and apply those that are read in another way today");
    add_range(verb, replayed->range);
    verb->add_flag("--dry-run", replayed->dry_run, "Only say what would be read in another way");
    verb->add_flag("--all", replayed->all, "Apply what is read as it was, too: when its effect was lost");
    verb->footer("  herald receipt replay --since 2026-11-23T09:00:00Z --dry-run");
    on_call(verb, context, replayed, replay);
}

}  // namespace herald::cli
