// What every ObjectStore must do, wherever it keeps them. A store's tests describe it once as an ObjectStoreHarness and
// say
//     INSTANTIATE_TYPED_TEST_SUITE_P(Acme, ObjectStoreSuite, AcmeHarness);
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/uuid.hpp"
#include "objects/object_store.hpp"
#include "runtime/task_scope.hpp"

namespace herald
{

class ObjectStoreHarness
{
public:
    virtual ~ObjectStoreHarness() = default;
    // A store, empty at the first call for this harness; one more of the same objects at each further call.
    virtual std::unique_ptr<ObjectStore> make(asio::any_io_executor executor) = 0;
    // What lies where the objects are and is none: parts of one that was never committed, temporary files.
    virtual std::size_t leftovers() = 0;
};

// Harness: an ObjectStoreHarness with a default constructor.
template <class Harness>
class ObjectStoreSuite : public testing::Test
{
protected:
    using Test = std::function<Task<>(ObjectStore&)>;

    static Deadline soon() { return deadline_in(seconds(60)); }

    // Runs `test` on a store of the harness.
    void with_store(const Test& test)
    {
        run_task<>(
            [&]() -> Task<>
            {
                const auto store = harness_->make(co_await asio::this_coro::executor);
                co_await test(*store);
                co_await store->close(soon());
            });
    }

    static Task<std::string> read_all(ObjectReader& reader)
    {
        std::string all;
        for (;;)
        {
            const auto chunk = co_await reader.read(soon());
            EXPECT_LE(chunk.size(), kMaxObjectChunk);
            if (chunk.empty()) co_return all;
            all += chunk;
        }
    }

    // Its bytes, or "(absent)".
    static Task<std::string> content(ObjectStore& store, std::string key)
    {
        const auto reader = co_await store.open(std::move(key), soon());
        if (!reader) co_return "(absent)";
        co_return co_await read_all(*reader);
    }

    static Task<> write(ObjectStore& store, std::string key, std::string bytes, std::size_t piece)
    {
        const auto writer = co_await store.create(std::move(key), {}, soon());
        for (std::size_t at = 0; at < bytes.size(); at += piece)
        {
            auto part = bytes.substr(at, piece);
            co_await writer->write(std::move(part), soon());
        }
        co_await writer->commit(soon());
    }

    static Task<std::vector<std::string>> keys(ObjectStore& store, std::string prefix, std::size_t limit)
    {
        std::vector<std::string> all;
        std::string after;
        do
        {
            auto page = co_await store.list(prefix, after, limit, soon());
            EXPECT_LE(page.objects.size(), limit);
            for (auto& object : page.objects) all.push_back(std::move(object.key));
            after = page.next;
        } while (!after.empty());
        co_return all;
    }

    static std::string noise(std::size_t bytes, unsigned seed)
    {
        std::string text(bytes, '\0');
        unsigned state = seed * 2654435761U + 1;
        for (auto& c : text)
        {
            state = state * 1664525U + 1013904223U;
            c = static_cast<char>(state >> 24U);
        }
        return text;
    }

    // As the family's admin app names and describes the CSV of a job.
    static std::string job_key()
    {
        return "service-6ce466d0-fd6a-11e5-82f5-e0accb9d11a6-notify/" + make_uuid_v4().to_string() + ".csv";
    }
    static ObjectMetadata job_metadata()
    {
        return {{"notification_count", "3"},
                {"template_id", "689ca4a1-2c5b-4a4e-9f0c-1f2e2f6f6c39"},
                {"valid", "True"},
                {"original_file_name", "list of \"March\" 2026 + %C5%81%C3%B3d%C5%BA; a=b, c:d.csv"},
                {"sender_id", "a0fb1c9e-6d2b-4a43-9c0a-6a8e0c7b9d11"}};
    }

    static constexpr std::size_t kLarge = 20'000'000;

    std::unique_ptr<Harness> harness_ = std::make_unique<Harness>();
};

TYPED_TEST_SUITE_P(ObjectStoreSuite);

TYPED_TEST_P(ObjectStoreSuite, gives_back_what_was_put_exactly)
{
    const auto key = TestFixture::job_key();
    const std::string bytes("phone number,name\r\n+447700900\xff\xfe,\0x\n", 36);
    const auto before = std::chrono::floor<seconds>(SystemClock().now()) - seconds(2);
    this->with_store(
        [&](ObjectStore& store) -> Task<>
        {
            co_await store.put(key, bytes, TestFixture::job_metadata(), TestFixture::soon());
            const auto reader = co_await store.open(key, TestFixture::soon());
            EXPECT_TRUE(reader);
            if (!reader) co_return;
            EXPECT_EQ(reader->info().size, bytes.size());
            EXPECT_EQ(reader->info().metadata, TestFixture::job_metadata());
            EXPECT_GE(reader->info().modified_at, before);
            EXPECT_LE(reader->info().modified_at, SystemClock().now() + seconds(2));
            EXPECT_EQ(co_await TestFixture::read_all(*reader), bytes);
            EXPECT_EQ(co_await reader->read(TestFixture::soon()), "");

            const auto info = co_await store.inspect(key, TestFixture::soon());
            EXPECT_TRUE(info);
            if (!info) co_return;
            EXPECT_EQ(info->size, bytes.size());
            EXPECT_EQ(info->metadata, TestFixture::job_metadata());
            EXPECT_EQ(info->modified_at, reader->info().modified_at);
        });
}

TYPED_TEST_P(ObjectStoreSuite, of_what_is_not_there_says_so)
{
    this->with_store(
        [&](ObjectStore& store) -> Task<>
        {
            EXPECT_FALSE(co_await store.open("nothing/here.csv", TestFixture::soon()));
            EXPECT_FALSE(co_await store.inspect("nothing/here.csv", TestFixture::soon()));
            const auto page = co_await store.list("", "", 10, TestFixture::soon());
            EXPECT_TRUE(page.objects.empty());
            EXPECT_EQ(page.next, "");
        });
}

TYPED_TEST_P(ObjectStoreSuite, keeps_an_object_of_no_bytes)
{
    this->with_store(
        [&](ObjectStore& store) -> Task<>
        {
            co_await store.put("put", "", {}, TestFixture::soon());
            co_await TestFixture::write(store, "written", "", 1);
            const std::vector<std::string> names{"put", "written"};
            for (const auto& key : names)
            {
                const auto reader = co_await store.open(key, TestFixture::soon());
                EXPECT_TRUE(reader) << key;
                if (!reader) continue;
                EXPECT_EQ(reader->info().size, 0U);
                EXPECT_TRUE(reader->info().metadata.empty());
                EXPECT_EQ(co_await reader->read(TestFixture::soon()), "");
            }
        });
}

TYPED_TEST_P(ObjectStoreSuite, keeps_an_object_of_many_megabytes)
{
    const auto bytes = TestFixture::noise(TestFixture::kLarge, 1);
    this->with_store(
        [&](ObjectStore& store) -> Task<>
        {
            co_await store.put("put", bytes, {}, TestFixture::soon());
            EXPECT_TRUE(co_await TestFixture::content(store, "put") == bytes);
            co_await TestFixture::write(store, "written", bytes, 700'001);
            EXPECT_TRUE(co_await TestFixture::content(store, "written") == bytes);
            const auto writer = co_await store.create("in one piece", {}, TestFixture::soon());
            co_await writer->write(bytes, TestFixture::soon());
            co_await writer->commit(TestFixture::soon());
            EXPECT_TRUE(co_await TestFixture::content(store, "in one piece") == bytes);
        });
}

TYPED_TEST_P(ObjectStoreSuite, keeps_what_is_known_about_a_large_object)
{
    this->with_store(
        [&](ObjectStore& store) -> Task<>
        {
            const auto metadata = TestFixture::job_metadata();
            const auto writer = co_await store.create("large", metadata, TestFixture::soon());
            co_await writer->write(TestFixture::noise(TestFixture::kLarge, 2), TestFixture::soon());
            co_await writer->commit(TestFixture::soon());
            const auto info = co_await store.inspect("large", TestFixture::soon());
            EXPECT_TRUE(info);
            if (!info) co_return;
            EXPECT_EQ(info->size, TestFixture::kLarge);
            EXPECT_EQ(info->metadata, metadata);
        });
}

TYPED_TEST_P(ObjectStoreSuite, puts_another_object_in_place_of_the_old_one)
{
    this->with_store(
        [&](ObjectStore& store) -> Task<>
        {
            co_await store.put("key", "a longer text", TestFixture::job_metadata(), TestFixture::soon());
            const ObjectMetadata other{{"valid", "False"}};
            co_await store.put("key", "text", other, TestFixture::soon());
            EXPECT_EQ(co_await TestFixture::content(store, "key"), "text");
            const auto info = co_await store.inspect("key", TestFixture::soon());
            EXPECT_TRUE(info && info->metadata == other);
        });
}

TYPED_TEST_P(ObjectStoreSuite, does_not_mix_two_objects_of_one_key)
{
    const auto old = TestFixture::noise(TestFixture::kLarge, 3);
    this->with_store(
        [&](ObjectStore& store) -> Task<>
        {
            co_await store.put("key", old, {}, TestFixture::soon());
            const auto reader = co_await store.open("key", TestFixture::soon());
            auto read = co_await reader->read(TestFixture::soon());
            co_await store.put("key", TestFixture::noise(TestFixture::kLarge, 4), {}, TestFixture::soon());
            try
            {
                read += co_await TestFixture::read_all(*reader);
                EXPECT_TRUE(read == old);
            }
            catch (const ObjectStoreError& error)
            {
                EXPECT_THAT(error.what(), testing::HasSubstr("replaced"));
            }
        });
}

TYPED_TEST_P(ObjectStoreSuite, takes_strange_keys)
{
    const std::vector<std::string> strange{" ",
                                           "a b+c&d=e?f#g%h%2Fi.csv",
                                           "a",
                                           "a/b",
                                           "a/b/c",
                                           "Ж/\u0142\u00f3d\u017a \U0001F4E8",
                                           ".hidden/..two/...",
                                           "~user'\"(x)*!:;@,$[]|\\<>^`{}",
                                           "new-1",
                                           std::string(80, 'k')};
    this->with_store(
        [&](ObjectStore& store) -> Task<>
        {
            for (const auto& key : strange) co_await store.put(key, "of " + key, {}, TestFixture::soon());
            for (const auto& key : strange) EXPECT_EQ(co_await TestFixture::content(store, key), "of " + key);
            auto sorted = strange;
            std::ranges::sort(sorted);
            EXPECT_EQ(co_await TestFixture::keys(store, "", 1000), sorted);
            for (const auto& key : strange) co_await store.remove(key, TestFixture::soon());
            EXPECT_TRUE((co_await TestFixture::keys(store, "", 1000)).empty());
        });
}

TYPED_TEST_P(ObjectStoreSuite, refuses_what_no_store_takes)
{
    const std::vector<std::string> keys{"",       "/a",   "a/",   "a//b",      "../a",
                                        "a/../b", "..",   ".",    "a/./b",     std::string("a\0b", 3),
                                        "a\nb",   "\x7f", "\xff", "a\xc3\x28", std::string(1025, 'k')};
    const std::vector<ObjectMetadata> metadata{
        {{"Name", "x"}}, {{"na me", "x"}}, {{"a-b", "x"}}, {{"", "x"}},     {{"a", ""}},
        {{"a", " x"}},   {{"a", "x "}},    {{"a", "ł"}},   {{"a", "x\ny"}}, {{"a", std::string(2001, 'x')}}};
    this->with_store(
        [&](ObjectStore& store) -> Task<>
        {
            for (const auto& key : keys)
            {
                EXPECT_THROW(co_await store.open(key, TestFixture::soon()), std::invalid_argument) << key;
                EXPECT_THROW(co_await store.inspect(key, TestFixture::soon()), std::invalid_argument) << key;
                EXPECT_THROW(co_await store.put(key, "", {}, TestFixture::soon()), std::invalid_argument) << key;
                EXPECT_THROW(co_await store.create(key, {}, TestFixture::soon()), std::invalid_argument) << key;
                EXPECT_THROW(co_await store.remove(key, TestFixture::soon()), std::invalid_argument) << key;
            }
            for (const auto& words : metadata)
                EXPECT_THROW(co_await store.put("key", "", words, TestFixture::soon()), std::invalid_argument);
            EXPECT_THROW(co_await store.list("", "", 0, TestFixture::soon()), std::invalid_argument);
            EXPECT_THROW(co_await store.list("", "", 1001, TestFixture::soon()), std::invalid_argument);
            EXPECT_TRUE((co_await TestFixture::keys(store, "", 10)).empty());
        });
}

TYPED_TEST_P(ObjectStoreSuite, removes_and_does_not_mind_what_is_gone)
{
    this->with_store(
        [&](ObjectStore& store) -> Task<>
        {
            co_await store.put("key", "x", {}, TestFixture::soon());
            co_await store.put("other", "y", {}, TestFixture::soon());
            co_await store.remove("key", TestFixture::soon());
            EXPECT_FALSE(co_await store.inspect("key", TestFixture::soon()));
            co_await store.remove("key", TestFixture::soon());
            EXPECT_EQ(co_await TestFixture::content(store, "other"), "y");
        });
}

TYPED_TEST_P(ObjectStoreSuite, lists_in_pages)
{
    this->with_store(
        [&](ObjectStore& store) -> Task<>
        {
            std::vector<std::string> expected;
            for (int i = 10; i < 33; ++i)
            {
                const auto key = "a/" + std::to_string(i);
                co_await store.put(key, std::string(static_cast<std::size_t>(i), 'x'), {}, TestFixture::soon());
                expected.push_back(key);
            }
            co_await store.put("a", "", {}, TestFixture::soon());
            co_await store.put("b/1", "", {}, TestFixture::soon());
            EXPECT_EQ(co_await TestFixture::keys(store, "a/", 5), expected);
            EXPECT_EQ(co_await TestFixture::keys(store, "a/", 23), expected);
            EXPECT_EQ(co_await TestFixture::keys(store, "a/", 1000), expected);
            EXPECT_EQ((co_await TestFixture::keys(store, "", 2)).size(), 25U);
            EXPECT_TRUE((co_await TestFixture::keys(store, "a/1\xc5\x82", 2)).empty());

            const auto page = co_await store.list("a/", "a/20", 2, TestFixture::soon());
            EXPECT_EQ(page.objects.size(), 2U);
            if (page.objects.size() != 2) co_return;
            EXPECT_EQ(page.objects[0].key, "a/21");
            EXPECT_EQ(page.objects[0].size, 21U);
            EXPECT_GT(page.objects[0].modified_at, SystemClock().now() - std::chrono::minutes(10));
        });
}

TYPED_TEST_P(ObjectStoreSuite, shows_nothing_before_the_commit)
{
    this->with_store(
        [&](ObjectStore& store) -> Task<>
        {
            co_await store.put("there", "old", {}, TestFixture::soon());
            const auto writer = co_await store.create("there", {}, TestFixture::soon());
            const auto other = co_await store.create("new", {}, TestFixture::soon());
            co_await writer->write(TestFixture::noise(TestFixture::kLarge, 5), TestFixture::soon());
            co_await other->write("new", TestFixture::soon());
            EXPECT_EQ(co_await TestFixture::content(store, "there"), "old");
            EXPECT_FALSE(co_await store.inspect("new", TestFixture::soon()));
            EXPECT_EQ((co_await TestFixture::keys(store, "", 10)).size(), 1U);
            co_await writer->commit(TestFixture::soon());
            co_await other->commit(TestFixture::soon());
            const auto info = co_await store.inspect("there", TestFixture::soon());
            EXPECT_TRUE(info && info->size == TestFixture::kLarge);
            EXPECT_EQ(co_await TestFixture::content(store, "new"), "new");
        });
    EXPECT_EQ(this->harness_->leftovers(), 0U);
}

TYPED_TEST_P(ObjectStoreSuite, of_an_abandoned_writer_leaves_nothing)
{
    this->with_store(
        [&](ObjectStore& store) -> Task<>
        {
            {
                const auto untouched = co_await store.create("untouched", {}, TestFixture::soon());
                const auto small = co_await store.create("small", {}, TestFixture::soon());
                co_await small->write("x", TestFixture::soon());
                const auto large = co_await store.create("large", {}, TestFixture::soon());
                co_await large->write(TestFixture::noise(TestFixture::kLarge, 6), TestFixture::soon());
            }
            EXPECT_TRUE((co_await TestFixture::keys(store, "", 10)).empty());
        });
    EXPECT_EQ(this->harness_->leftovers(), 0U);
}

TYPED_TEST_P(ObjectStoreSuite, of_two_that_write_one_key_keeps_one_whole)
{
    const std::vector<std::string> texts{TestFixture::noise(9'000'000, 7), TestFixture::noise(9'000'000, 8),
                                         TestFixture::noise(100, 9), TestFixture::noise(101, 10)};
    this->with_store(
        [&](ObjectStore& store) -> Task<>
        {
            TaskScope scope(co_await asio::this_coro::executor);
            for (const auto& text : texts) scope.spawn("write", TestFixture::write(store, "key", text, 1'000'000));
            EXPECT_TRUE(co_await scope.join(TestFixture::soon()));
            const auto kept = co_await TestFixture::content(store, "key");
            EXPECT_TRUE(std::ranges::find(texts, kept) != texts.end()) << kept.size();
        });
    EXPECT_EQ(this->harness_->leftovers(), 0U);
}

TYPED_TEST_P(ObjectStoreSuite, is_the_same_for_another_process)
{
    this->with_store([](ObjectStore& store) -> Task<>
                     { co_await store.put("key", "text", TestFixture::job_metadata(), TestFixture::soon()); });
    this->with_store(
        [](ObjectStore& store) -> Task<>
        {
            EXPECT_EQ(co_await TestFixture::content(store, "key"), "text");
            const auto info = co_await store.inspect("key", TestFixture::soon());
            EXPECT_TRUE(info && info->metadata == TestFixture::job_metadata());
        });
}

TYPED_TEST_P(ObjectStoreSuite, begins_nothing_after_the_deadline)
{
    this->with_store(
        [](ObjectStore& store) -> Task<>
        {
            const auto past = monotonic_now() - seconds(1);
            EXPECT_THROW(co_await store.put("key", "text", {}, past), DeadlineExceeded);
            EXPECT_THROW(co_await store.open("key", past), DeadlineExceeded);
            EXPECT_THROW(co_await store.list("", "", 1, past), DeadlineExceeded);
            EXPECT_FALSE(co_await store.inspect("key", TestFixture::soon()));
        });
}

REGISTER_TYPED_TEST_SUITE_P(ObjectStoreSuite, gives_back_what_was_put_exactly, of_what_is_not_there_says_so,
                            keeps_an_object_of_no_bytes, keeps_an_object_of_many_megabytes,
                            keeps_what_is_known_about_a_large_object, puts_another_object_in_place_of_the_old_one,
                            does_not_mix_two_objects_of_one_key, takes_strange_keys, refuses_what_no_store_takes,
                            removes_and_does_not_mind_what_is_gone, lists_in_pages, shows_nothing_before_the_commit,
                            of_an_abandoned_writer_leaves_nothing, of_two_that_write_one_key_keeps_one_whole,
                            is_the_same_for_another_process, begins_nothing_after_the_deadline);

}  // namespace herald
