#include "base/uuid.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>
#include <unordered_set>
#include <vector>

namespace herald
{
namespace
{

using namespace std::chrono_literals;

// A start far from the clock and from the other tests' instants, because monotony is kept for the whole process.
Instant at(int year)
{
    return std::chrono::sys_days(std::chrono::year(year) / 6 / 1);
}

TEST(Uuid, parses_the_canonical_form_in_either_case)
{
    const auto lower = Uuid::parse("00112233-4455-6677-8899-aabbccddeeff");
    const auto upper = Uuid::parse("00112233-4455-6677-8899-AABBCCDDEEFF");
    ASSERT_TRUE(lower && upper);
    EXPECT_EQ(*lower, *upper);
    EXPECT_EQ(lower->bytes[0], 0x00);
    EXPECT_EQ(lower->bytes[15], 0xff);
    EXPECT_EQ(upper->to_string(), "00112233-4455-6677-8899-aabbccddeeff");
}

TEST(Uuid, refuses_every_other_text)
{
    for (const std::string_view text :
         {"", "00112233445566778899aabbccddeeff", "{00112233-4455-6677-8899-aabbccddeeff}",
          "00112233-4455-6677-8899-aabbccddeef", "00112233-4455-6677-8899-aabbccddeefff",
          "00112233-4455-6677-8899-aabbccddeefg", "00112233_4455-6677-8899-aabbccddeeff",
          "0011223-34455-6677-8899-aabbccddeeff", " 0112233-4455-6677-8899-aabbccddeeff"})
        EXPECT_FALSE(Uuid::parse(text)) << text;
}

TEST(Uuid, reads_the_example_of_rfc_9562)
{
    const auto id = Uuid::parse("017F22E2-79B0-7CC3-98C4-DC0C0C07398F");
    ASSERT_TRUE(id);
    EXPECT_EQ(uuid_v7_time(*id), Instant(std::chrono::milliseconds(0x17F22E279B0)));
    EXPECT_EQ(format_v2(uuid_v7_time(*id)), "2022-02-22T19:22:22.000000Z");
}

TEST(Uuid, version_7_carries_version_variant_and_time)
{
    const Instant now = at(2031) + 123456us;
    const Uuid id = make_uuid_v7(now);
    EXPECT_EQ(id.bytes[6] >> 4, 7);
    EXPECT_EQ(id.bytes[8] >> 6, 2);
    EXPECT_EQ(uuid_v7_time(id), at(2031) + 123ms);
    EXPECT_EQ(Uuid::parse(id.to_string()), id);
}

TEST(Uuid, version_7_grows_within_one_microsecond)
{
    Uuid last = make_uuid_v7(at(2032));
    for (int i = 0; i < 20000; ++i)
    {
        const Uuid next = make_uuid_v7(at(2032));
        ASSERT_LT(last, next);
        last = next;
    }
}

TEST(Uuid, version_7_grows_when_the_clock_steps_back_a_little)
{
    const Uuid first = make_uuid_v7(at(2033));
    EXPECT_LT(first, make_uuid_v7(at(2033) - 59s));
}

TEST(Uuid, version_7_follows_a_clock_that_was_set_right)
{
    make_uuid_v7(at(2035));
    EXPECT_EQ(uuid_v7_time(make_uuid_v7(at(2034))), at(2034));
}

TEST(Uuid, floor_is_below_every_id_of_its_instant_and_above_those_before)
{
    const Uuid before = make_uuid_v7(at(2036) - 1ms);
    const Uuid floor = uuid_v7_floor(at(2036));
    const Uuid after = make_uuid_v7(at(2036));
    EXPECT_LT(before, floor);
    EXPECT_LE(floor, after);
    EXPECT_EQ(floor.to_string().substr(14), "7000-8000-000000000000");
}

TEST(Uuid, threads_never_make_the_same_id)
{
    constexpr std::size_t kThreads = 4;
    constexpr std::size_t kEach = 5000;
    std::vector<std::vector<Uuid>> made(kThreads);
    std::vector<std::thread> threads;
    for (auto& ids : made)
        threads.emplace_back(
            [&ids]
            {
                for (std::size_t i = 0; i < kEach; ++i) ids.push_back(make_uuid_v7(at(2037)));
            });
    for (auto& thread : threads) thread.join();

    std::unordered_set<Uuid, UuidHash> all;
    for (const auto& ids : made)
    {
        EXPECT_TRUE(std::ranges::is_sorted(ids));
        all.insert(ids.begin(), ids.end());
    }
    EXPECT_EQ(all.size(), kThreads * kEach);
}

TEST(Uuid, version_4_is_random_with_version_and_variant)
{
    std::unordered_set<Uuid, UuidHash> all;
    for (int i = 0; i < 1000; ++i)
    {
        const Uuid id = make_uuid_v4();
        EXPECT_EQ(id.bytes[6] >> 4, 4);
        EXPECT_EQ(id.bytes[8] >> 6, 2);
        all.insert(id);
    }
    EXPECT_EQ(all.size(), 1000);
}

TEST(Uuid, ids_of_different_things_are_different_types)
{
    static_assert(!std::is_convertible_v<ServiceId, TemplateId>);
    EXPECT_TRUE(ServiceId{}.value.is_nil());
    EXPECT_FALSE(ServiceId::parse("x"));
}

}  // namespace
}  // namespace herald
