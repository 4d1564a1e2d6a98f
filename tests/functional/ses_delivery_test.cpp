// Email through SesProvider into npm's aws-ses-v2-local (ses_server.mjs), which checks the request against SES's schema
// and reads the message with a MIME parser of its own: neither was written with Herald in mind.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/json.hpp>

#include "providers/aws/aws_answer.hpp"
#include "providers/aws/ses.hpp"
#include "runtime/process.hpp"
#include "runtime/task_scope.hpp"

namespace herald
{
namespace
{

namespace fs = std::filesystem;
namespace json = boost::json;
using testing::HasSubstr;

constexpr seconds kLong{60};
const SystemClock system_clock;
const fs::path here = fs::path(HERALD_SOURCE_DIR) / "tests/functional";

class SesServer
{
public:
    SesServer() : folder_(make_folder()), process_(start(folder_ / "ready"))
    {
        const auto ready = folder_ / "ready";
        while (!fs::exists(ready))
            if (const auto ended = process_.wait(milliseconds(20)))
                throw std::runtime_error("aws-ses-v2-local did not start: " + ended->describe());
        std::ifstream(ready) >> url_;
    }
    SesServer(const SesServer&) = delete;
    SesServer& operator=(const SesServer&) = delete;
    ~SesServer()
    {
        process_.terminate(seconds(10));
        std::error_code ignored;
        fs::remove_all(folder_, ignored);
    }

    [[nodiscard]] const std::string& url() const { return url_; }

    // The messages that it took, by the id that it gave them.
    [[nodiscard]] std::map<std::string, json::object> mail() const
    {
        const auto response = run_task<HttpResponse>(
            [&]() -> Task<HttpResponse>
            {
                HttpClient client(co_await asio::this_coro::executor);
                HttpOptions options(deadline_in(kLong));
                options.allow_private_addresses = true;
                options.max_response_bytes = 100'000'000;
                co_return co_await client.send(HttpRequest("GET", url_ + "/store"), options);
            });
        if (response.status != 200) throw std::runtime_error("the store cannot be read");
        std::map<std::string, json::object> found;
        for (const auto& mail : json::parse(response.body).at("emails").as_array())
            found.emplace(json::value_to<std::string>(mail.at("messageId")), mail.as_object());
        return found;
    }

private:
    static fs::path make_folder()
    {
        std::string name = (fs::temp_directory_path() / "herald-ses-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
        return name;
    }
    static Process start(const fs::path& ready)
    {
        ProcessOptions options;
        options.argv = {HERALD_NODE, (here / "ses_server.mjs").string(), ready.string()};
        options.die_with_parent = true;
        auto started = Process::start(options);
        if (!started) throw std::runtime_error(started.error().message);
        return *std::move(started);
    }

    fs::path folder_;
    Process process_;
    std::string url_;
};

std::string text(const json::value& value)
{
    return json::value_to<std::string>(value);
}

class SesDelivery : public testing::Test
{
protected:
    static void SetUpTestSuite() { server_ = std::make_unique<SesServer>(); }
    static void TearDownTestSuite() { server_.reset(); }

    static SesOptions options()
    {
        SesOptions options;
        options.aws.region = "us-east-1";
        options.aws.access_key_id = "AKIDEXAMPLE";
        options.aws.secret_access_key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
        options.aws.endpoint = server_->url();
        options.domain = "herald.example";
        options.configuration_set = "herald-events";
        return options;
    }

    static OutgoingMessage message_to(std::string to)
    {
        OutgoingMessage out;
        out.id = NotificationId{make_uuid_v7(system_clock.now())};
        out.to = std::move(to);
        out.from_name = "Benefits Office";
        out.from_address = "benefits@herald.example";
        out.subject = "Your code";
        out.body = "Your code is 123";
        out.html = "<p>Your code is 123</p>";
        return out;
    }

    static SendOutcome send(const SesOptions& options, const OutgoingMessage& message)
    {
        return run_task<SendOutcome>(
            [&]() -> Task<SendOutcome>
            {
                SesProvider provider(co_await asio::this_coro::executor, options, system_clock);
                co_return co_await provider.send(message, deadline_in(kLong));
            });
    }

    static inline std::unique_ptr<SesServer> server_;
};

TEST_F(SesDelivery, a_message_arrives_as_it_was_meant)
{
    auto message = message_to("private.person@example.org");
    message.from_name = "Żółć & Søn, \"Gmina\" Łódź";
    message.reply_to = "answers@herald.example";
    message.subject = "Ihre Prüfnummer für den Antrag \u2013 bitte bis spätestens Freitag bestätigen \U0001F4E8";
    message.one_click_unsubscribe_url = "https://herald.example/unsubscribe?a=1&b=%20x";
    message.body = "Grüße,\n.\n..two dots\n" + std::string(3'000, 'w') + "\n\ttab\nFrom here";
    message.html = "<h1>Grüße</h1>\n<p>.</p>\n" + std::string(2'000, '=') + "\n<p>\u2013 \U0001F4E8</p>";
    const auto outcome = send(options(), message);
    ASSERT_EQ(outcome.status, SendStatus::accepted) << outcome.detail;
    EXPECT_TRUE(outcome.receipt_expected);

    const auto mail = server_->mail().at(outcome.reference);
    EXPECT_EQ(mail.at("destination").at("to"), json::array({message.to}));
    EXPECT_EQ(mail.at("destination").at("cc"), json::array());
    EXPECT_EQ(mail.at("destination").at("bcc"), json::array());
    EXPECT_EQ(mail.at("replyTo"), json::array({"answers@herald.example"}));
    EXPECT_EQ(text(mail.at("subject")), message.subject);
    EXPECT_EQ(text(mail.at("body").at("text")), message.body + "\n");  // its parser ends the last line
    EXPECT_EQ(text(mail.at("body").at("html")), message.html);
    EXPECT_THAT(text(mail.at("from")), HasSubstr("benefits@herald.example"));
    EXPECT_THAT(text(mail.at("from")), HasSubstr("Gmina"));
    EXPECT_EQ(mail.at("attachments"), json::array());
}

TEST_F(SesDelivery, of_plain_text_has_no_other_part)
{
    auto message = message_to("plain@example.org");
    message.html.clear();
    const auto outcome = send(options(), message);
    ASSERT_EQ(outcome.status, SendStatus::accepted) << outcome.detail;
    const auto mail = server_->mail().at(outcome.reference);
    EXPECT_EQ(text(mail.at("body").at("text")), message.body + "\n");
    EXPECT_FALSE(mail.at("body").as_object().contains("html"));
}

TEST_F(SesDelivery, of_a_message_of_some_megabytes)
{
    auto message = message_to("large@example.org");
    message.body.assign(3'000'000, 'x');
    message.html.clear();
    const auto outcome = send(options(), message);
    ASSERT_EQ(outcome.status, SendStatus::accepted) << outcome.detail;
    EXPECT_EQ(server_->mail().at(outcome.reference).at("body").at("text").as_string().size(), message.body.size() + 1);
}

TEST_F(SesDelivery, of_many_messages_has_a_reference_for_each)
{
    constexpr int count = 60;
    auto few = options();
    few.aws.connections = 2;
    std::set<std::string> references;
    const auto send_one = [&references](SesProvider& provider) -> Task<>
    {
        const auto message = message_to("many@example.org");
        const auto outcome = co_await provider.send(message, deadline_in(kLong));
        EXPECT_EQ(outcome.status, SendStatus::accepted) << outcome.detail;
        references.insert(outcome.reference);
    };
    run_task<>(
        [&]() -> Task<>
        {
            const auto executor = co_await asio::this_coro::executor;
            SesProvider provider(executor, few, system_clock);
            TaskScope scope(executor);
            for (int i = 0; i < count; ++i) scope.spawn("send", send_one(provider));
            EXPECT_TRUE(co_await scope.join(deadline_in(kLong)));
        });
    EXPECT_EQ(references.size(), static_cast<std::size_t>(count));
    const auto mail = server_->mail();
    for (const auto& reference : references) EXPECT_TRUE(mail.contains(reference)) << reference;
}

TEST_F(SesDelivery, to_where_ses_is_not_is_a_refusal_without_a_code)
{
    const auto response = run_task<HttpResponse>(
        [&]() -> Task<HttpResponse>
        {
            AwsClient aws(co_await asio::this_coro::executor, options().aws, "ses", "email");
            co_return co_await aws.post("/v2/email/nowhere", "application/json", "{}", deadline_in(kLong));
        });
    const auto answer = read_ses_answer(response);
    EXPECT_EQ(answer.kind, ProviderAnswer::Kind::refused);
    EXPECT_EQ(describe(answer), "404");
}

}  // namespace
}  // namespace herald
