#include "app/objects.hpp"

#include <cstdlib>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/task_scope.hpp"

namespace herald
{
namespace
{

std::string trouble(const Settings& settings)
{
    CpuPool pool(1, 4);
    asio::io_context context;
    try
    {
        make_object_store(context.get_executor(), settings, pool);
    }
    catch (const std::invalid_argument& error)
    {
        return error.what();
    }
    return "";
}

Settings s3_settings()
{
    Settings settings;
    settings.objects.store = "s3";
    settings.objects.bucket = "lists";
    settings.aws.region = "eu-west-2";
    settings.aws.access_key_id = "AKIDEXAMPLE";
    settings.aws.secret_access_key = "secret";
    return settings;
}

}  // namespace

TEST(ObjectsOfSettings, are_files_of_the_folder)
{
    std::string name = (std::filesystem::temp_directory_path() / "herald-app-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    Settings settings;
    settings.objects.folder = name + "/objects";
    CpuPool pool(1, 4);
    run_task<>(
        [&]() -> Task<>
        {
            const auto store = make_object_store(co_await asio::this_coro::executor, settings, pool);
            co_await store->put("key", "text", {}, deadline_in(seconds(30)));
        });
    EXPECT_TRUE(std::filesystem::exists(name + "/objects/key"));
    std::filesystem::remove_all(name);
}

TEST(ObjectsOfSettings, that_are_nowhere_are_refused_with_what_to_do)
{
    EXPECT_THAT(trouble(Settings()), testing::StartsWith("objects.folder is not set: name a folder"));
    auto settings = s3_settings();
    EXPECT_EQ(trouble(settings), "");
    settings.objects.bucket = "";
    EXPECT_THAT(trouble(settings), testing::StartsWith("objects.bucket is not set"));
    settings = s3_settings();
    settings.objects.endpoint = "http://192.0.2.1:9000";
    EXPECT_EQ(trouble(settings), "objects.endpoint must begin with https:// unless it is this machine");
}

}  // namespace herald
