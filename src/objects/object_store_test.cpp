#include "objects/object_store.hpp"

#include <gtest/gtest.h>

namespace herald
{

TEST(ObjectKey, of_a_job_is_one)
{
    EXPECT_TRUE(
        is_object_key("service-6ce466d0-fd6a-11e5-82f5-e0accb9d11a6-notify/"
                      "e7a5b0a0-7b2c-4b5e-9d1f-3c2b1a0f9e8d.csv"));
}

TEST(ObjectMetadataRule, takes_what_s3_gives_back_as_it_was)
{
    EXPECT_TRUE(is_object_metadata({}));
    EXPECT_TRUE(
        is_object_metadata({{"notification_count", "50"}, {"valid", "True"}, {"original_file_name", "a b.csv"}}));
    EXPECT_TRUE(is_object_metadata({{"a", std::string(1999, 'x')}}));
    EXPECT_FALSE(is_object_metadata({{"a", std::string(1000, 'x')}, {"b", std::string(1000, 'x')}}));
    EXPECT_FALSE(is_object_metadata({{"original_file_name", "Łódź.csv"}}));
}

}  // namespace herald
