// herald keys
#include <fmt/format.h>

#include <cstdio>

#include "cli/administer.hpp"

namespace herald::cli
{

namespace
{

struct None
{
};

Answer show_ring(const KeyRing& ring)
{
    return {json::object{{"keys", ring.to_text()}, {"current_key", ring.current_id()}}, ring.to_text() + "\n"};
}

// Without a database.
Result<Answer> add_key(const CommandContext& context)
{
    const auto settings = load_settings_of(context);
    if (!settings) return Failure(settings.error());
    std::string text = settings->security.keys;
    if (text.empty())
    {
        const auto folder = read_dev_folder(context.data_directory);
        if (!folder)
            return fail(ErrorKind::validation, "security.keys is not set; `herald keys generate` makes a first ring");
        text = folder->keys;
    }
    const auto ring = KeyRing::parse(text);
    if (!ring) return Failure(ring.error());
    return show_ring(ring->with_new_key());
}

json::array json_of(const std::vector<SealingKeyUse>& uses)
{
    json::array all;
    for (const auto& use : uses)
        all.push_back(json::object{{"place", use.place}, {"key", use.key_id}, {"rows", use.rows}});
    return all;
}

std::vector<Row> rows_of(const std::vector<SealingKeyUse>& uses)
{
    std::vector<Row> rows{{"KEY", "SEALS", "ROWS"}};
    for (const auto& use : uses) rows.push_back({std::to_string(use.key_id), use.place, std::to_string(use.rows)});
    return rows;
}

Result<Answer> list(const Administration& administration, const None& /*arguments*/)
{
    const auto ids = administration.list_keys();
    if (!ids) return Failure(ids.error());
    const auto uses = administration.list_key_uses();
    if (!uses) return Failure(uses.error());
    return Answer{
        json::object{{"keys", json::value_from(*ids)}, {"current_key", ids->back()}, {"in_use", json_of(*uses)}},
        fmt::format("The ring holds the keys {}; {} is the current one.\n", fmt::join(*ids, ", "), ids->back()) +
            table(rows_of(*uses))};
}

std::string advice(const RotationReport& report, const std::vector<std::uint16_t>& ids)
{
    if (!report.only_current_in_use())
        return "Some rows are sealed with another key still: keep every key in the ring. Either a server has not got "
               "the new ring yet, so\n"
               "rotate again once all have, or the rows are unreadable with this ring.\n";
    if (ids.size() < 2)
        return fmt::format("Key {} is the only one, and everything is sealed with it.\n", report.current_key);
    return fmt::format(
        "Everything is sealed with key {}. Once every server has a ring whose current key it is, the older keys may be "
        "taken\n"
        "out of security.keys (not its search item: suppressed recipients are found by it). Keep them elsewhere for as "
        "long as a backup from before today may be restored.\n",
        report.current_key);
}

void show_progress(const RotationCount& count)
{
    std::fprintf(stderr, "\r%s: %lld re-sealed", std::string(count.place).c_str(),
                 static_cast<long long>(count.resealed));
}

Result<Answer> rotate(const Administration& administration, const None& /*arguments*/)
{
    const auto ids = administration.list_keys();
    if (!ids) return Failure(ids.error());
    bool has_progress = false;
    const auto report = administration.rotate_keys(
        [&](const RotationCount& count)
        {
            has_progress = true;
            show_progress(count);
        });
    if (has_progress) std::fputc('\n', stderr);
    if (!report) return Failure(report.error());
    json::array counts;
    std::vector<Row> rows{{"PLACE", "RE-SEALED", "UNREADABLE"}};
    for (const auto& count : report->counts)
    {
        counts.push_back(
            json::object{{"place", count.place}, {"resealed", count.resealed}, {"unreadable", count.unreadable}});
        rows.push_back({std::string(count.place), std::to_string(count.resealed), std::to_string(count.unreadable)});
    }
    return Answer{json::object{{"current_key", report->current_key},
                               {"places", std::move(counts)},
                               {"in_use", json_of(report->in_use)},
                               {"older_keys_may_go", report->only_current_in_use()}},
                  table(rows) + "\n" + table(rows_of(report->in_use)) + "\n" + advice(*report, *ids)};
}

}  // namespace

void add_keys_command(CLI::App& root, CommandContext& context)
{
    auto* noun = add_noun(root, context, "keys",
                          "The ring of keys that seals personal data and secrets at rest (security.keys)");
    noun->footer(
        "To replace a key: `herald keys add` prints the ring with a new one; give it to every server as security.keys "
        "and restart\n"
        "them all, so that each can read what the others seal; then `herald keys rotate`, while they run, and take the "
        "old key out\n"
        "when it says so.");
    auto* generate_verb = noun->add_subcommand("generate", "Print a first ring, for security.keys");
    generate_verb->callback([&context] { print_answer(context, show_ring(KeyRing::generate())); });
    auto* add_verb =
        noun->add_subcommand("add", "Print the configured ring with a new key added, which becomes the current one");
    add_verb->callback([&context] { print_answer(context, add_key(context)); });
    on_call(noun->add_subcommand("list", "The ids of the ring's keys, and what each seals. Reads all sealed rows"),
            context, std::make_shared<None>(), list);
    auto* rotate_verb =
        noun->add_subcommand("rotate", "Seal everything that an older key sealed anew with the current one");
    rotate_verb->footer(
        "Safe while servers run. May be stopped at any time: run it again and it goes on where it was.");
    on_call(rotate_verb, context, std::make_shared<None>(), rotate);
}

}  // namespace herald::cli
