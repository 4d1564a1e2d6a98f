#include "app/options.hpp"

#include <gtest/gtest.h>

namespace herald
{

TEST(Options, what_a_worker_needs_comes_from_the_settings)
{
    Settings settings;
    settings.email.unsubscribe_url = "https://api.example.gov";
    settings.email.domain = "mail.example.gov";
    settings.delivery.retry_seconds = 7;
    settings.delivery.uncertain_after_seconds = 70;
    settings.delivery.correct_delivered = false;
    const auto deliver = deliver_options(settings);
    EXPECT_EQ(deliver.unsubscribe_url, "https://api.example.gov");
    EXPECT_EQ(deliver.email_domain, "mail.example.gov");
    EXPECT_EQ(deliver.retry_pause, seconds(7));
    EXPECT_EQ(deliver.uncertain_pause, seconds(70));
    EXPECT_FALSE(recorder_options(settings).correct_delivered);
    EXPECT_EQ(queue_options(settings).uncertain_pause, seconds(70));
}

TEST(Options, a_monitor_is_told_in_its_shape)
{
    Settings settings;
    EXPECT_TRUE(heartbeat_options(settings).url.empty());
    settings.scheduler.heartbeat_url = "https://cronitor.link/p/key/{task}";
    settings.scheduler.heartbeat_shape = "cronitor";
    EXPECT_EQ(heartbeat_options(settings).url, "https://cronitor.link/p/key/{task}");
    EXPECT_EQ(heartbeat_options(settings).shape, HeartbeatShape::cronitor);
}

}  // namespace herald
