// What a recipient list costs: 100,000 rows of four columns, read and checked on one core, in chunks of 64 KiB.
//
//     build/release/bench/herald_recipient_list_bench
#include <string>
#include <utility>

#include <benchmark/benchmark.h>

#include "domain/recipient_lists/recipient_list.hpp"

namespace
{

using namespace herald;

constexpr std::size_t kRows = 100'000;
constexpr std::size_t kChunk = 65'536;

std::string list_of(Channel channel)
{
    std::string list = std::string(recipient_column_name(channel)) + ",name,day,notes\r\n";
    for (std::size_t i = 0; i < kRows; ++i)
    {
        const auto number = std::to_string(5'000'000 + i * 17);
        list += channel == Channel::sms ? "+1202" + number : "person" + number + "@example.gov";
        list += ",Zoë O'Brien,\"Monday, 4 July\",from the register\r\n";
    }
    return list;
}

void read_list(benchmark::State& state, Channel channel)
{
    const auto list = list_of(channel);
    RecipientListOptions options;
    options.channel = channel;
    options.placeholders = {"name", "day"};
    for (auto _ : state)
    {
        RecipientListReader reader(options);
        for (std::size_t at = 0; at < list.size(); at += kChunk)
        {
            reader.feed(std::string_view(list).substr(at, kChunk));
            while (auto row = reader.next()) benchmark::DoNotOptimize(row);
        }
        reader.finish();
        while (auto row = reader.next()) benchmark::DoNotOptimize(row);
        if (reader.error() || reader.rows() != kRows) state.SkipWithError("the list was not read");
    }
    state.counters["rows/s"] =
        benchmark::Counter(static_cast<double>(kRows), benchmark::Counter::kIsIterationInvariantRate);
    state.SetBytesProcessed(static_cast<std::int64_t>(list.size()) * static_cast<std::int64_t>(state.iterations()));
}

BENCHMARK_CAPTURE(read_list, sms, Channel::sms)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(read_list, email, Channel::email)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
