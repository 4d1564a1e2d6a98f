#include "base/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>

namespace herald::metrics
{
namespace
{

using testing::HasSubstr;

TEST(Metrics, the_same_name_and_labels_give_the_same_handle)
{
    auto& first = counter("herald_metrics_tested_total", "help", {{"lane", "normal"}, {"kind", "a"}});
    auto& again = counter("herald_metrics_tested_total", "help", {{"kind", "a"}, {"lane", "normal"}});
    auto& other = counter("herald_metrics_tested_total", "help", {{"kind", "b"}, {"lane", "normal"}});
    EXPECT_EQ(&first, &again);
    EXPECT_NE(&first, &other);
    first.Increment(2);
    EXPECT_THAT(expose(), HasSubstr("herald_metrics_tested_total{kind=\"a\",lane=\"normal\"} 2"));
}

TEST(Metrics, a_gauge_shows_its_value)
{
    gauge("herald_metrics_depth", "How deep").Set(7);
    EXPECT_THAT(expose(), HasSubstr("# HELP herald_metrics_depth How deep"));
    EXPECT_THAT(expose(), HasSubstr("herald_metrics_depth 7"));
}

TEST(Metrics, latency_counts_into_buckets_from_half_a_millisecond_to_a_minute)
{
    auto& histogram = latency("herald_metrics_tested_seconds", "help");
    histogram.Observe(0.0004);
    histogram.Observe(59);
    histogram.Observe(61);
    EXPECT_THAT(expose(), HasSubstr("herald_metrics_tested_seconds_bucket{le=\"0.0005\"} 1"));
    EXPECT_THAT(expose(), HasSubstr("herald_metrics_tested_seconds_bucket{le=\"60\"} 2"));
    EXPECT_THAT(expose(), HasSubstr("herald_metrics_tested_seconds_bucket{le=\"+Inf\"} 3"));
}

}  // namespace
}  // namespace herald::metrics
