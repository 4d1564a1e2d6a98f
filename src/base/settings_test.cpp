#include "base/settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/crypto.hpp"

namespace herald
{
namespace
{

using testing::HasSubstr;
using testing::Not;

SettingsSources file(std::string text)
{
    SettingsSources sources;
    sources.file_text = std::move(text);
    return sources;
}

std::string problem(const SettingsSources& sources)
{
    const auto settings = load_settings(sources);
    return settings ? "" : settings.error().message;
}

TEST(Settings, GiveTheirValuesByKeyAndKeepSecrets)
{
    Settings settings;
    settings.security.internal_secret = "hunter2";
    const auto values = settings_values(settings);
    EXPECT_EQ(values.at("http.port"), 6011);
    EXPECT_EQ(values.at("http.trust_proxy_headers"), false);
    EXPECT_EQ(values.at("time_zone"), "America/New_York");
    EXPECT_EQ(values.at("security.internal_secret"), "********");
    EXPECT_EQ(values.at("smtp.password"), "");
}

TEST(Settings, of_aws_are_bounded_and_keep_their_secrets)
{
    auto sources =
        file("[aws]\nsecret_access_key = 'hunter2'\nsession_token = 'hunter3'\n[ses]\nrate_per_second = 14\n");
    const auto settings = load_settings(sources);
    ASSERT_TRUE(settings);
    EXPECT_EQ(settings->ses.rate_per_second, 14);
    EXPECT_THAT(dump_settings(*settings), Not(HasSubstr("hunter")));
    EXPECT_THAT(problem(file("[ses]\nconnections = 0\n")), HasSubstr("ses.connections"));
    EXPECT_THAT(problem(file("[sns]\nrate_per_second = -1\n")), HasSubstr("sns.rate_per_second"));
}

TEST(Settings, AMonitorOfTasksIsToldWhichTaskAndItsAddressIsSecret)
{
    const auto loaded = load_settings(file("[scheduler]\nheartbeat_url = 'https://hc-ping.com/hunter2/{task}'\n"));
    ASSERT_TRUE(loaded);
    EXPECT_EQ(loaded->scheduler.heartbeat_shape, "healthchecks");
    EXPECT_THAT(dump_settings(*loaded), Not(HasSubstr("hunter2")));
    const auto wrong = load_settings(file("[scheduler]\nheartbeat_url = 'https://hc-ping.com/hunter2'\n"));
    ASSERT_FALSE(wrong);
    EXPECT_THAT(wrong.error().message, HasSubstr("{task}"));
    EXPECT_THAT(wrong.error().message, Not(HasSubstr("hunter2")));
    EXPECT_FALSE(load_settings(file("[scheduler]\nheartbeat_shape = 'pingdom'\n")));
}

TEST(Settings, without_any_source_the_defaults_hold)
{
    const auto settings = load_settings({});
    ASSERT_TRUE(settings);
    EXPECT_EQ(settings->http.host, "127.0.0.1");
    EXPECT_EQ(settings->http.port, 6011);
    EXPECT_EQ(settings->delivery.tries, 48);
    EXPECT_FALSE(settings->callbacks.allow_private_addresses);
    EXPECT_EQ(settings->security.internal_client_id, "notify-admin");
    EXPECT_EQ(settings->time_zone, "America/New_York");
}

TEST(Settings, file_environment_and_flags_reach_every_section)
{
    SettingsSources sources =
        file("time_zone = 'Europe/London'\n[smtp]\nhost = 'mail.example.org'\ntls = 'implicit'\n[http]\nport = 1\n");
    sources.environment = {{"HERALD_HTTP_PORT", "2"},
                           {"HERALD_CALLBACKS_ALLOW_PRIVATE_ADDRESSES", "true"},
                           {"HERALD_CONFIG", "x.toml"},
                           {"HERALD_PUBLIC_BASE_URL", "https://notify.example.org"}};
    sources.flags = {{"http.port", "3"}};
    const auto settings = load_settings(sources);
    ASSERT_TRUE(settings) << settings.error().message;
    EXPECT_EQ(settings->time_zone, "Europe/London");
    EXPECT_EQ(settings->smtp.tls, "implicit");
    EXPECT_EQ(settings->http.port, 3);
    EXPECT_TRUE(settings->callbacks.allow_private_addresses);
    EXPECT_EQ(settings->public_base_url, "https://notify.example.org");
}

TEST(Settings, wrong_values_are_refused)
{
    EXPECT_THAT(problem(file("time_zone = 'Mars/Base'")), HasSubstr("allowed is a time zone"));
    EXPECT_THAT(problem(file("public_base_url = 'https://x/'")), HasSubstr("does not end with /"));
    EXPECT_THAT(problem(file("[email]\nunsubscribe_url = 'api.example.gov'")), HasSubstr("https://"));
    EXPECT_THAT(problem(file("[sms]\ndefault_region = 'us'")), HasSubstr("two capital letters"));
    EXPECT_THAT(problem(file("[http]\nport = 70000")), HasSubstr("http.port = \"70000\""));
    EXPECT_THAT(problem(file("[providers]\nsms = 'pigeon'")), HasSubstr("one or several of sns, capture"));
    EXPECT_THAT(problem(file("[http]\nprot = 1")), HasSubstr("did you mean http.port?"));
    EXPECT_THAT(problem(file("[email]\ndomain = ''")), HasSubstr("not empty"));
}

TEST(Settings, a_bad_key_ring_is_told_without_its_keys)
{
    const std::string key = KeyRing::generate().to_text().substr(2);
    const std::string text = problem(file("[security]\nkeys = '1:" + key + ",x:" + key + "'"));
    EXPECT_THAT(text, HasSubstr("security.keys = ********"));
    EXPECT_THAT(text, HasSubstr("item 2"));
    EXPECT_THAT(text, Not(HasSubstr(key)));
}

TEST(Settings, the_dump_reads_back_and_hides_secrets)
{
    Settings settings;
    settings.http.port = 8080;
    settings.callbacks.tries = 3;
    const std::string dump = dump_settings(settings);
    const auto again = load_settings(file(dump));
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(dump_settings(*again), dump);
    EXPECT_EQ(again->http.port, 8080);

    settings.security.keys = KeyRing::generate().to_text();
    settings.security.internal_secret = "very-secret";
    settings.smtp.password = "very-secret";
    settings.database.url = "postgresql://herald:very-secret@db/herald";
    const std::string masked = dump_settings(settings);
    EXPECT_THAT(masked, Not(HasSubstr("very-secret")));
    EXPECT_THAT(masked, Not(HasSubstr(settings.security.keys)));
    EXPECT_THAT(problem(file(masked)), HasSubstr("not the mask"));
}

TEST(Settings, serving_needs_what_has_no_default)
{
    Settings settings;
    settings.providers.email = {"smtp"};
    const auto missing = check_complete(settings);
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().message, "database.url is not set");
    EXPECT_EQ(missing.error().more.size(), 4);
    EXPECT_THAT(missing.error().more, testing::Contains(HasSubstr("providers.sms is not set; set it to \"sns\"")));

    settings.database.url = "postgresql:///herald";
    settings.security.keys = KeyRing::generate().to_text();
    settings.security.internal_secret = "s";
    settings.smtp.host = "mail";
    settings.providers.sms = {"capture"};
    EXPECT_TRUE(check_complete(settings));
    settings.objects.store = "s3";
    ASSERT_FALSE(check_complete(settings));
    EXPECT_EQ(check_complete(settings).error().message, "objects.bucket is not set, and objects.store is s3");
    settings.objects.bucket = "lists";
    EXPECT_TRUE(check_complete(settings));
    settings.providers.email = {};
    ASSERT_FALSE(check_complete(settings)) << "nobody gets a provider that sends nothing without having asked for it";
    EXPECT_THAT(check_complete(settings).error().message, HasSubstr("providers.email is not set"));
}

TEST(Settings, InternalSecretsAreSeparatedByCommas)
{
    const auto settings = load_settings(file("[security]\ninternal_secret = 'one, two,,'"));
    ASSERT_TRUE(settings);
    EXPECT_THAT(settings->security.internal_secrets(), testing::ElementsAre("one", "two"));
    EXPECT_THAT(problem(file("[security]\ninternal_secret = ' , '")), HasSubstr("secrets, separated by commas"));
    EXPECT_TRUE(SecuritySettings().internal_secrets().empty());
}

TEST(Settings, a_file_that_was_named_must_be_there)
{
    const auto sources = process_sources("/nonexistent/herald.toml", {});
    ASSERT_FALSE(sources);
    EXPECT_THAT(sources.error().message, HasSubstr("/nonexistent/herald.toml"));
    EXPECT_FALSE(process_sources("/", {})) << "a folder is no file";
    EXPECT_TRUE(process_sources("/dev/null", {}));
}

}  // namespace
}  // namespace herald
