// What rendering costs: a typical email of 1 kB and a text message, as they are accepted and as they are delivered.
//
//     build/release/bench/herald_rendering_bench
#include <string>

#include <benchmark/benchmark.h>

#include "base/json.hpp"
#include "rendering/email.hpp"
#include "rendering/markdown.hpp"
#include "rendering/sms.hpp"

namespace
{

using namespace herald;
using namespace herald::rendering;

constexpr std::string_view kContent =
    "# Your appointment is confirmed\n\n"
    "Dear ((name)),\n\n"
    "We'll see you on ((date)) at ((place)) - please arrive 10 minutes early, so that we can check your details before "
    "the appointment begins. If you're late, we may have to ask you to book again.\n\n"
    "((remote??You can also join by video: https://video.example.gov/join?id=42&lang=en.))\n\n"
    "## What to bring\n\n((documents))\n\n"
    "## When you arrive\n\n1. Check in at the \"Welcome\" desk on the ground floor\n2. Take a seat in the waiting "
    "room\n"
    "3. We will call you by your first name\n\n"
    "^ If you cannot come, tell us at least 24 hours before.\nIt takes 2 minutes and somebody else can have your "
    "place.\n\n"
    "---\n\n"
    "Change or cancel [your appointment](https://example.gov/appointments?ref=((reference)) \"opens a new window\"), "
    "or read [what happens next](https://example.gov/next).\n\n"
    "Don't reply to this email. Nobody reads what is sent to this address.\n";

CompiledTemplate typical_email()
{
    return CompiledTemplate::compile(Channel::email, "Your appointment on ((date))", kContent);
}

Personalisation typical_values()
{
    return Personalisation::from_json({{"name", "Seán O'Brien"},
                                       {"date", "4 July"},
                                       {"place", "12 Main St, Springfield"},
                                       {"remote", "yes"},
                                       {"documents", json::array{"your driver's license", "a utility bill"}},
                                       {"reference", "A-1234"}})
        .value();
}

Branding typical_branding()
{
    Branding branding;
    branding.kind = Branding::Kind::both;
    branding.banner_text = "Herald";
    branding.colour = "#00703c";
    branding.logo_url = "https://logos.example/parks.png";
    branding.text = "Department of Parks";
    return branding;
}

void email_delivered(benchmark::State& state)
{
    const auto email = typical_email();
    const auto values = typical_values();
    const auto branding = typical_branding();
    std::size_t size = 0;
    for (auto _ : state) size = render_email(email, values, branding).size;
    state.counters["bytes"] = static_cast<double>(size);
}
BENCHMARK(email_delivered)->Unit(benchmark::kMicrosecond);

void email_accepted(benchmark::State& state)
{
    const auto email = typical_email();
    const auto values = typical_values();
    for (auto _ : state)
    {
        benchmark::DoNotOptimize(render_email_body_for_api(email, values));
        benchmark::DoNotOptimize(render_subject(email, values));
    }
}
BENCHMARK(email_accepted)->Unit(benchmark::kMicrosecond);

void email_parsed(benchmark::State& state)
{
    const auto source = typical_email().fill_content(typical_values(), ListStyle::bullets);
    for (auto _ : state) benchmark::DoNotOptimize(parse_markdown(source));
}
BENCHMARK(email_parsed)->Unit(benchmark::kMicrosecond);

void email_of_the_greatest_length(benchmark::State& state)
{
    std::string content;
    while (content.size() < kMaxEmailBytes) content += kContent;
    const auto email = CompiledTemplate::compile(Channel::email, "Subject", content);
    const auto values = typical_values();
    for (auto _ : state) benchmark::DoNotOptimize(render_email(email, values));
}
BENCHMARK(email_of_the_greatest_length)->Unit(benchmark::kMillisecond);

void sms_delivered(benchmark::State& state)
{
    const auto sms = CompiledTemplate::compile(
        Channel::sms, {}, "Dear ((name)), we'll see you on ((date)) at ((place)). Bring ((documents)).");
    const auto values = typical_values();
    for (auto _ : state) benchmark::DoNotOptimize(render_sms(sms, values, "Department of Parks"));
}
BENCHMARK(sms_delivered)->Unit(benchmark::kMicrosecond);

}  // namespace

BENCHMARK_MAIN();
