#include "storage/pg/conninfo.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace herald::pg
{
namespace
{

TEST(Conninfo, WhatPostgresqlUnderstandsIsTaken)
{
    for (const std::string good :
         {"", "host=db dbname=herald password='it s'", "postgresql:///herald?host=/run/postgresql",
          "postgresql://u:s3cr%2Fet@host:5432/db?sslmode=require", "postgres://u:a?b@h1:1,h2:2/db",
          "postgresql:///db?application_name=me@home"})
        EXPECT_TRUE(check_conninfo(good)) << good;
}

TEST(Conninfo, APasswordThatTearsItApartIsNotQuoted)
{
    for (const std::string bad :
         {"postgresql://u:s3cr/et@host/db", "postgresql://u:s3cr@et@host/db", "postgresql://u:123/s3cr@host/db",
          "password=s3cr et host=db", "host=db port=s3cr", "postgresql://u:s3cr%et@host/db"})
    {
        const auto checked = check_conninfo(bad);
        ASSERT_FALSE(checked) << bad;
        EXPECT_THAT(checked.error().message, testing::StartsWith("database.url is not a connection string"));
        EXPECT_THAT(checked.error().message, testing::Not(testing::HasSubstr("s3cr")));
    }
}

}  // namespace
}  // namespace herald::pg
