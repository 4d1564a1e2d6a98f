// What S3ObjectStore does when S3 does not do its part, and what exactly it asks. That it is understood by a server
// that we did not write is in tests/functional/s3_objects_test.cpp.
#include "objects/s3/s3_object_store.hpp"

#include <atomic>
#include <sstream>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/task_scope.hpp"
#include "tests/support/aws_signature.hpp"
#include "tests/support/http_imposter.hpp"

namespace herald
{
namespace
{

using test::HttpImposter;
using testing::HasSubstr;
using testing::StartsWith;
using Connection = HttpImposter::Connection;

const std::string kSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
constexpr std::string_view kVersion = "ETag: \"v1\"\r\nLast-Modified: Tue, 24 Nov 2026 10:00:00 GMT\r\n";

S3Options options_for(const std::string& endpoint)
{
    S3Options options;
    options.aws.region = "eu-west-2";
    options.aws.access_key_id = "AKIDEXAMPLE";
    options.aws.secret_access_key = kSecret;
    options.aws.endpoint = endpoint;
    options.bucket = "bucket";
    options.path_style = true;
    options.retry_pause = milliseconds(2);
    return options;
}

Deadline soon()
{
    return deadline_in(seconds(30));
}

// Runs `test` on a store whose S3 is `server`.
void with_store(const HttpImposter& server, const std::function<Task<>(ObjectStore&)>& test)
{
    CpuPool pool(1, 16);
    run_task<>(
        [&]() -> Task<>
        {
            S3ObjectStore store(co_await asio::this_coro::executor, options_for(server.url("")), pool);
            co_await test(store);
            co_await store.close(soon());
        });
}

std::uint64_t first_of_range(const HttpImposter::Request& request)
{
    return std::stoull(request.header("Range").value_or("bytes=0-").substr(6));
}

// Answers with the range that was asked for.
void answer_range(Connection& connection, std::string_view object, std::string_view headers = kVersion)
{
    const auto first = first_of_range(connection.request);
    const auto part = object.substr(first, kMaxObjectChunk);
    const auto range =
        fmt::format("Content-Range: bytes {}-{}/{}\r\n{}", first, first + part.size() - 1, object.size(), headers);
    connection.answer(206, part, range);
}

std::string error_body(std::string_view code)
{
    return fmt::format("<?xml version=\"1.0\"?><Error><Code>{}</Code><Message>of private-person</Message></Error>",
                       code);
}

std::string what_is_thrown(const HttpImposter& server, const std::function<Task<>(ObjectStore&)>& test)
{
    try
    {
        with_store(server, test);
    }
    catch (const ObjectStoreError& error)
    {
        return error.what();
    }
    return "(nothing)";
}

Task<> open_it(ObjectStore& store)
{
    co_await store.open("key", soon());
}

Task<std::string> read_all(ObjectStore& store)
{
    const auto reader = co_await store.open("key", soon());
    std::string all;
    for (;;)
    {
        const auto chunk = co_await reader->read(soon());
        if (chunk.empty()) co_return all;
        all += chunk;
    }
}

std::string large()
{
    std::string text(kMaxObjectChunk * 2 + 1000, 'x');
    for (std::size_t i = 0; i < text.size(); i += 97) text[i] = static_cast<char>('a' + i % 26);
    return text;
}

}  // namespace

TEST(S3Objects, small_ones_are_read_with_one_request)
{
    HttpImposter server([](Connection& connection)
                        { answer_range(connection, "text", std::string(kVersion) + "X-Amz-Meta-Valid: True\r\n"); });
    with_store(server,
               [](ObjectStore& store) -> Task<>
               {
                   const auto reader = co_await store.open("a b/c.csv", soon());
                   EXPECT_EQ(reader->info().size, 4U);
                   EXPECT_EQ(reader->info().metadata, (ObjectMetadata{{"valid", "True"}}));
                   EXPECT_EQ(co_await reader->read(soon()), "text");
                   EXPECT_EQ(co_await reader->read(soon()), "");
               });
    ASSERT_EQ(server.requests().size(), 1U);
    EXPECT_EQ(server.requests()[0].line(), "GET /bucket/a%20b/c.csv HTTP/1.1");
}

TEST(S3Objects, large_ones_are_read_in_ranges_of_one_version)
{
    const auto object = large();
    HttpImposter server([&](Connection& connection) { answer_range(connection, object); });
    with_store(server, [&](ObjectStore& store) -> Task<> { EXPECT_TRUE(co_await read_all(store) == object); });
    const auto requests = server.requests();
    ASSERT_EQ(requests.size(), 3U);
    EXPECT_EQ(requests[0].header("If-Match"), std::nullopt);
    EXPECT_EQ(requests[1].header("If-Match"), "\"v1\"");
    EXPECT_EQ(requests[2].header("Range"), "bytes=8388608-12582911");
}

TEST(S3Objects, are_asked_for_with_a_signature_of_everything)
{
    HttpImposter server(
        [](Connection& connection)
        {
            if (connection.request.line().starts_with("GET /bucket/?"))
                connection.answer(200, "<ListBucketResult/>");
            else if (connection.request.line().starts_with("PUT"))
                connection.answer(200, "", "ETag: \"e\"\r\n");
            else if (connection.request.line().find("?uploads=") != std::string::npos)
                connection.answer(200,
                                  "<InitiateMultipartUploadResult><UploadId>u/+=1</UploadId>"
                                  "</InitiateMultipartUploadResult>");
            else if (connection.request.line().starts_with("POST"))
                connection.answer(200, "<CompleteMultipartUploadResult/>");
            else if (connection.request.line().starts_with("DELETE"))
                connection.answer(204, "");
            else
                answer_range(connection, "text");
        });
    const ObjectMetadata metadata{{"valid", "True"}, {"original_file_name", "a  b (1)=%C5%81.csv"}, {"a", "1"}};
    with_store(server,
               [&](ObjectStore& store) -> Task<>
               {
                   co_await store.put("a b+c/\u0142&?#'.csv", "text", metadata, soon());
                   co_await store.open("a b+c/\u0142&?#'.csv", soon());
                   co_await store.list("a b+c/", "a b+c/\u0142", 7, soon());
                   co_await store.remove("key", soon());
                   const auto writer = co_await store.create("key", metadata, soon());
                   co_await writer->write(large(), soon());
                   co_await writer->commit(soon());
               });
    const auto requests = server.requests();
    ASSERT_EQ(requests.size(), 8U);
    EXPECT_EQ(requests[0].line(), "PUT /bucket/a%20b%2Bc/%C5%82%26%3F%23%27.csv HTTP/1.1");
    EXPECT_EQ(requests[0].header("x-amz-meta-original_file_name"), "a  b (1)=%C5%81.csv");
    EXPECT_EQ(requests[2].line(),
              "GET /bucket/?list-type=2&max-keys=7&prefix=a%20b%2Bc%2F&start-after=a%20b%2Bc%2F%C5%82 HTTP/1.1");
    for (const auto& request : requests)
    {
        const auto claim = test::read_claim(request.header("Authorization").value_or(""));
        EXPECT_EQ(claim.service, "s3");
        EXPECT_EQ(claim.region, "eu-west-2");
        EXPECT_EQ(claim.key_id, "AKIDEXAMPLE");
        EXPECT_EQ(request.header("x-amz-content-sha256"), test::aws::hex(sha256(request.body)));
        // Names in order, and every x-amz- header among them.
        std::vector<std::string> names;
        std::istringstream list(claim.signed_headers);
        for (std::string name; std::getline(list, name, ';');) names.push_back(name);
        EXPECT_TRUE(std::ranges::is_sorted(names)) << claim.signed_headers;
        for (const auto& [name, value] : test::aws::headers(request.head))
            if (name.starts_with("x-amz-")) EXPECT_THAT(names, testing::Contains(name));
        // AWS takes runs of spaces in a value for one.
        auto head = request.head;
        if (const auto at = head.find("a  b"); at != std::string::npos) head.replace(at, 4, "a b");
        EXPECT_EQ(claim.signature, test::aws_signature(head, request.body, claim, kSecret)) << request.line();
    }
}

TEST(S3Objects, are_where_the_options_say)
{
    CpuPool pool(1, 16);
    const auto url = [&](std::string endpoint, std::string bucket, bool path_style)
    {
        auto options = options_for(std::move(endpoint));
        options.bucket = std::move(bucket);
        options.path_style = path_style;
        return run_task<std::string>(
            [&]() -> Task<std::string>
            {
                const S3Client client(co_await asio::this_coro::executor, options, pool);
                co_return client.url("a/b c", {});
            });
    };
    EXPECT_EQ(url("", "lists", false), "https://lists.s3.eu-west-2.amazonaws.com/a/b%20c");
    EXPECT_EQ(url("", "lists.example", true), "https://s3.eu-west-2.amazonaws.com/lists.example/a/b%20c");
    EXPECT_EQ(url("https://minio.example:9000", "lists", true), "https://minio.example:9000/lists/a/b%20c");
    EXPECT_EQ(url("https://minio.example:9000", "lists", false), "https://lists.minio.example:9000/a/b%20c");
}

TEST(S3Objects, need_a_bucket_that_can_be_one)
{
    const auto trouble = [](std::string bucket, bool path_style, std::string endpoint = "")
    {
        auto options = options_for(std::move(endpoint));
        options.bucket = std::move(bucket);
        options.path_style = path_style;
        const auto checked = check(options);
        return checked ? std::string() : checked.error().message;
    };
    EXPECT_EQ(trouble("lists", false), "");
    EXPECT_EQ(trouble("lists.example", true), "");
    EXPECT_THAT(trouble("", false), StartsWith("objects.bucket is not set"));
    EXPECT_THAT(trouble("lists.example", false), HasSubstr("set objects.path_style to true"));
    for (const auto* bucket : {"ab", "Lists", "a_b", "-ab", "ab-", "a..b", "a/b"})
        EXPECT_EQ(trouble(bucket, true), "objects.bucket is not the name of a bucket");
    EXPECT_THAT(trouble("lists", false, "http://10.0.0.1:9000"), StartsWith("objects.endpoint"));
}

TEST(S3Objects, that_are_absent_are_not_a_failure_but_an_absent_bucket_is)
{
    HttpImposter no_key([](Connection& connection) { connection.answer(404, error_body("NoSuchKey")); });
    with_store(no_key, [](ObjectStore& store) -> Task<> { EXPECT_FALSE(co_await store.open("key", soon())); });
    EXPECT_EQ(no_key.requests().size(), 1U);
    HttpImposter no_bucket([](Connection& connection) { connection.answer(404, error_body("NoSuchBucket")); });
    EXPECT_EQ(what_is_thrown(no_bucket, open_it), "reading an object in S3: 404 NoSuchBucket");
}

TEST(S3Objects, that_may_not_be_read_are_a_failure_at_once)
{
    HttpImposter server([](Connection& connection) { connection.answer(403, error_body("AccessDenied")); });
    EXPECT_EQ(what_is_thrown(server, open_it), "reading an object in S3: 403 AccessDenied");
    EXPECT_EQ(server.requests().size(), 1U);
}

TEST(S3Objects, are_asked_for_again_when_s3_is_busy)
{
    HttpImposter server(
        [count = std::make_shared<std::atomic<int>>(0)](Connection& connection)
        {
            if (++*count < 4)
                connection.answer(503, error_body("SlowDown"));
            else
                answer_range(connection, "text");
        });
    with_store(server, [](ObjectStore& store) -> Task<> { EXPECT_EQ(co_await read_all(store), "text"); });
    EXPECT_EQ(server.requests().size(), 4U);
}

TEST(S3Objects, are_not_asked_for_without_end)
{
    HttpImposter server([](Connection& connection) { connection.answer(503, error_body("SlowDown")); });
    EXPECT_EQ(what_is_thrown(server, open_it), "reading an object in S3: 503 SlowDown");
    EXPECT_EQ(server.requests().size(), 4U);
}

TEST(S3Objects, whose_answer_is_cut_off_are_asked_for_again)
{
    const auto object = large();
    HttpImposter server(
        [&, count = std::make_shared<std::atomic<int>>(0)](Connection& connection)
        {
            if (++*count == 3) return answer_range(connection, object);
            if (*count != 2) return answer_range(connection, object);
            connection.send(
                "HTTP/1.1 206 Said\r\nContent-Length: 4194304\r\n"
                "Content-Range: bytes 4194304-8388607/8389608\r\nETag: \"v1\"\r\n\r\nhalf");
            connection.reset();
        });
    with_store(server, [&](ObjectStore& store) -> Task<> { EXPECT_TRUE(co_await read_all(store) == object); });
    EXPECT_EQ(server.requests().size(), 4U);
}

TEST(S3Objects, whose_answers_are_always_cut_off_are_a_failure)
{
    HttpImposter server(
        [](Connection& connection)
        {
            connection.send("HTTP/1.1 206 Said\r\nContent-Length: 100\r\nContent-Range: bytes 0-99/100\r\n\r\nhalf");
            connection.reset();
        });
    EXPECT_THAT(what_is_thrown(server, open_it), StartsWith("reading an object in S3: no complete answer"));
    EXPECT_EQ(server.requests().size(), 4U);
}

TEST(S3Objects, that_are_replaced_while_they_are_read_are_a_failure)
{
    const auto object = large();
    HttpImposter honest(
        [&](Connection& connection)
        {
            if (first_of_range(connection.request) == 0) return answer_range(connection, object);
            connection.answer(412, error_body("PreconditionFailed"));
        });
    const auto read_it = [](ObjectStore& store) -> Task<>
    {
        co_await read_all(store);
    };
    EXPECT_THAT(what_is_thrown(honest, read_it), HasSubstr("replaced or removed"));

    HttpImposter deaf_to_if_match(
        [&](Connection& connection)
        {
            if (first_of_range(connection.request) == 0) return answer_range(connection, object);
            answer_range(connection, object, "ETag: \"v2\"\r\nLast-Modified: Tue, 24 Nov 2026 10:00:01 GMT\r\n");
        });
    EXPECT_THAT(what_is_thrown(deaf_to_if_match, read_it), HasSubstr("replaced or removed"));

    HttpImposter removing(
        [&](Connection& connection)
        {
            if (first_of_range(connection.request) == 0) return answer_range(connection, object);
            connection.answer(404, error_body("NoSuchKey"));
        });
    EXPECT_THAT(what_is_thrown(removing, read_it), HasSubstr("replaced or removed"));
}

TEST(S3Objects, in_lists_without_end_are_a_failure)
{
    HttpImposter server(
        [](Connection& connection)
        {
            connection.send("HTTP/1.1 200 Said\r\nConnection: close\r\n\r\n<ListBucketResult>");
            const std::string item(65'536, ' ');
            while (connection.send(item)) continue;
            connection.close();
        });
    const auto list_it = [](ObjectStore& store) -> Task<>
    {
        co_await store.list("", "", 1000, soon());
    };
    EXPECT_THAT(what_is_thrown(server, list_it), HasSubstr("larger than 2097152 bytes"));
}

TEST(S3Objects, in_lists_that_are_none_are_a_failure)
{
    HttpImposter server([](Connection& connection) { connection.answer(200, "<html>a proxy</html>"); });
    const auto list_it = [](ObjectStore& store) -> Task<>
    {
        co_await store.list("", "", 1000, soon());
    };
    EXPECT_THAT(what_is_thrown(server, list_it), StartsWith("listing objects in S3: 200"));
    EXPECT_THAT(what_is_thrown(server, open_it), HasSubstr("not one of S3's"));
}

TEST(S3Objects, of_a_silent_server_are_waited_for_until_the_deadline)
{
    HttpImposter server([](Connection& connection) { connection.hang(); });
    with_store(server,
               [](ObjectStore& store) -> Task<>
               {
                   EXPECT_THROW(co_await store.open("key", deadline_in(milliseconds(200))), DeadlineExceeded);
                   EXPECT_THROW(co_await store.put("key", "x", {}, deadline_in(milliseconds(200))), DeadlineExceeded);
               });
}

TEST(S3Objects, that_are_completed_with_an_error_in_a_200_are_not_there)
{
    std::atomic<int> deleted = 0;
    HttpImposter server(
        [&](Connection& connection)
        {
            const auto line = connection.request.line();
            if (line.find("?uploads=") != std::string::npos)
                connection.answer(200,
                                  "<InitiateMultipartUploadResult><UploadId>id</UploadId>"
                                  "</InitiateMultipartUploadResult>");
            else if (line.starts_with("PUT"))
                connection.answer(200, "", "ETag: \"e\"\r\n");
            else if (line.starts_with("DELETE /bucket/key?uploadId=id "))
            {
                ++deleted;
                connection.answer(204, "");
            }
            else
                connection.answer(200, error_body("InternalError"));
        });
    const auto write_it = [](ObjectStore& store) -> Task<>
    {
        const auto writer = co_await store.create("key", {}, soon());
        co_await writer->write(large(), soon());
        EXPECT_THROW(co_await writer->commit(soon()), ObjectStoreError);
    };
    with_store(server, write_it);
    EXPECT_EQ(deleted, 1);
}

TEST(S3Objects, say_nothing_of_what_s3_says_in_words)
{
    HttpImposter server([](Connection& connection) { connection.answer(400, error_body("InvalidRequest")); });
    EXPECT_EQ(what_is_thrown(server, open_it), "reading an object in S3: 400 InvalidRequest");
}

}  // namespace herald
