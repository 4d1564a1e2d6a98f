#include "app/bench/report.hpp"

#include <gtest/gtest.h>

#include "base/json.hpp"

namespace herald::bench
{
namespace
{

Report report()
{
    return {"deliver", {{"rate", 8125.4, "messages a second"}, {"p50_ms", 0.62, "half"}, {"lost", 0UL, "lost"}}};
}

TEST(BenchReport, HasEachFigureAtTheTopAndUnderTheCommandsName)
{
    const auto parsed = parse_json(to_json(report()));
    ASSERT_TRUE(parsed.has_value());
    EXPECT_EQ(parsed->at("rate").as_double(), 8125.4);
    EXPECT_EQ(parsed->at("deliver").at("rate").as_double(), 8125.4);
    EXPECT_EQ(parsed->at("lost").to_number<int>(), 0);
}

TEST(BenchReport, ShowsPeopleAValueAndWhatItMeans)
{
    EXPECT_EQ(to_text(report()), "8125  messages a second\n0.62  half\n   0  lost\n");
}

}  // namespace
}  // namespace herald::bench
