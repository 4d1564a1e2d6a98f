#include "app/aws_options.hpp"

#include <map>

#include <gtest/gtest.h>

namespace herald
{
namespace
{

ReadVariable environment(std::map<std::string, std::string> variables)
{
    return [variables = std::move(variables)](const char* name)
    {
        const auto found = variables.find(name);
        return found == variables.end() ? std::string() : found->second;
    };
}

}  // namespace

TEST(AwsOptionsOfSettings, take_the_standard_variables_where_the_settings_are_silent)
{
    const auto variable = environment({{"AWS_REGION", "eu-west-2"},
                                       {"AWS_DEFAULT_REGION", "us-east-1"},
                                       {"AWS_ACCESS_KEY_ID", "AKIDENV"},
                                       {"AWS_SECRET_ACCESS_KEY", "secret"},
                                       {"AWS_SESSION_TOKEN", "token"}});
    const auto options = ses_options(Settings(), variable).aws;
    EXPECT_EQ(options.region, "eu-west-2");
    EXPECT_EQ(options.access_key_id, "AKIDENV");
    EXPECT_EQ(options.secret_access_key, "secret");
    EXPECT_EQ(options.session_token, "token");
    EXPECT_TRUE(check(options, "ses"));
    EXPECT_EQ(sns_options(Settings(), environment({{"AWS_DEFAULT_REGION", "us-east-1"}})).aws.region, "us-east-1");
}

TEST(AwsOptionsOfSettings, do_not_mix_credentials_of_two_places)
{
    Settings settings;
    settings.aws.region = "us-east-1";
    settings.aws.access_key_id = "AKIDFILE";
    settings.aws.secret_access_key = "of the file";
    const auto variable = environment({{"AWS_ACCESS_KEY_ID", "AKIDENV"}, {"AWS_SESSION_TOKEN", "token"}});
    const auto options = sns_options(settings, variable).aws;
    EXPECT_EQ(options.access_key_id, "AKIDFILE");
    EXPECT_EQ(options.secret_access_key, "of the file");
    EXPECT_EQ(options.session_token, "");
}

TEST(AwsOptionsOfSettings, reach_both_providers)
{
    Settings settings;
    settings.email.domain = "herald.example";
    settings.ses.endpoint = "https://ses.example";
    settings.ses.configuration_set = "events";
    settings.ses.connections = 3;
    settings.sns.endpoint = "https://sns.example";
    settings.sns.connections = 5;
    settings.sns.receipts = true;
    const auto ses = ses_options(settings, environment({}));
    EXPECT_EQ(ses.aws.endpoint, "https://ses.example");
    EXPECT_EQ(ses.aws.connections, 3);
    EXPECT_EQ(ses.domain, "herald.example");
    EXPECT_EQ(ses.configuration_set, "events");
    const auto sns = sns_options(settings, environment({}));
    EXPECT_EQ(sns.aws.endpoint, "https://sns.example");
    EXPECT_EQ(sns.aws.connections, 5);
    EXPECT_TRUE(sns.receipts);
}

TEST(AwsOptionsOfSettings, of_objects_may_have_a_region_of_their_own)
{
    Settings settings;
    settings.aws.region = "us-east-1";
    settings.objects.bucket = "lists";
    settings.objects.endpoint = "https://minio.example";
    settings.objects.path_style = true;
    const auto variable = environment({{"AWS_ACCESS_KEY_ID", "AKIDENV"}, {"AWS_SECRET_ACCESS_KEY", "secret"}});
    auto options = s3_options(settings, variable);
    EXPECT_EQ(options.aws.region, "us-east-1");
    EXPECT_EQ(options.aws.access_key_id, "AKIDENV");
    EXPECT_EQ(options.aws.endpoint, "https://minio.example");
    EXPECT_EQ(options.bucket, "lists");
    EXPECT_TRUE(options.path_style);
    settings.objects.region = "eu-west-2";
    EXPECT_EQ(s3_options(settings, variable).aws.region, "eu-west-2");
}

}  // namespace herald
