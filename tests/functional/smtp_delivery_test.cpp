// Email through SmtpProvider into a real Postfix (smtp_server.py), read back from its maildir by Python's own parser
// (read_mail.py): neither was written with Herald in mind.
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/json.hpp>

#include "providers/smtp/smtp.hpp"
#include "runtime/process.hpp"
#include "runtime/task_scope.hpp"

namespace herald
{
namespace
{

namespace fs = std::filesystem;
namespace json = boost::json;
using testing::HasSubstr;
using testing::StartsWith;

constexpr seconds kLong{60};
const SystemClock system_clock;
const fs::path here = fs::path(HERALD_SOURCE_DIR) / "tests/functional";

std::string read_file(const fs::path& path)
{
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

class MailServer
{
public:
    MailServer() : folder_(make_folder()), process_(start(folder_ / "ready"))
    {
        const auto ready = folder_ / "ready";
        while (!fs::exists(ready))
            if (const auto ended = process_.wait(milliseconds(20)))
                throw std::runtime_error("the mail server did not start: " + ended->describe());
        facts_ = json::parse(read_file(ready)).as_object();
    }
    MailServer(const MailServer&) = delete;
    MailServer& operator=(const MailServer&) = delete;
    ~MailServer()
    {
        std::error_code ignored;
        fs::remove_all(folder_, ignored);  // the sign to end
        process_.wait(seconds(20));
    }

    [[nodiscard]] int port(const char* which) const { return facts_.at(which).to_number<int>(); }
    [[nodiscard]] std::string text(const char* which) const { return json::value_to<std::string>(facts_.at(which)); }

    // The files of a maildir, waited for until there are so many or the server has ended.
    std::vector<fs::path> mail(const std::string& box, std::size_t count)
    {
        const auto folder = fs::path(text("mail")) / box / "new";
        const auto give_up = deadline_in(kLong);
        std::vector<fs::path> files;
        while (files.size() < count && std::chrono::steady_clock::now() < give_up && !process_.wait(milliseconds(10)))
        {
            files.clear();
            if (!fs::exists(folder)) continue;
            for (const auto& entry : fs::directory_iterator(folder)) files.push_back(entry.path());
        }
        return files;
    }

private:
    static fs::path make_folder()
    {
        std::string name = (fs::temp_directory_path() / "herald-mail-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
        return name;
    }
    static Process start(const fs::path& ready)
    {
        ProcessOptions options;
        if (::geteuid() != 0) options.argv = {"sudo", "--non-interactive"};
        for (const auto& word : {std::string(HERALD_PYTHON), (here / "smtp_server.py").string(),
                                 std::string(HERALD_SOURCE_DIR "/.deps/postfix"), ready.string()})
            options.argv.push_back(word);
        options.die_with_parent = true;
        auto started = Process::start(options);
        if (!started) throw std::runtime_error(started.error().message);
        return *std::move(started);
    }

    fs::path folder_;
    Process process_;
    json::object facts_;
};

// What read_mail.py makes of a file.
json::object parse_mail(const fs::path& file)
{
    ProcessOptions options;
    options.argv = {HERALD_PYTHON, (here / "read_mail.py").string(), file.string()};
    const auto read = run_process(options, kLong);
    if (!read || !read->status.success()) throw std::runtime_error("the message cannot be read");
    return json::parse(read->output).as_object();
}

std::string header(const json::object& mail, std::string_view name)
{
    for (const auto& pair : mail.at("headers").as_array())
        if (pair.at(0).as_string() == name) return json::value_to<std::string>(pair.at(1));
    return "(none)";
}

std::string part(const json::object& mail, std::size_t index, const char* what)
{
    return json::value_to<std::string>(mail.at("parts").at(index).at(what));
}

class SmtpDelivery : public testing::Test
{
protected:
    static void SetUpTestSuite() { server_ = std::make_unique<MailServer>(); }
    static void TearDownTestSuite() { server_.reset(); }

    static SmtpOptions options_for(SmtpTls tls)
    {
        const char* port = tls == SmtpTls::none ? "plain" : tls == SmtpTls::starttls ? "starttls" : "implicit";
        SmtpOptions options;
        options.host = "localhost";
        options.port = server_->port(port);
        options.tls = tls;
        options.domain = "herald.example";
        options.ca_file = server_->text("ca_file");
        if (tls == SmtpTls::none) return options;
        options.username = "herald";
        options.password = "correct horse battery staple";
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

    static SendOutcome send(const SmtpOptions& options, const OutgoingMessage& message)
    {
        return run_task<SendOutcome>(
            [&]() -> Task<SendOutcome>
            {
                SmtpProvider provider(co_await asio::this_coro::executor, options, system_clock);
                co_return co_await provider.send(message, deadline_in(kLong));
            });
    }

    static inline std::unique_ptr<MailServer> server_;
};

TEST_F(SmtpDelivery, a_message_arrives_as_it_was_meant)
{
    auto message = message_to("private.person@example.org");
    message.from_name = "Żółć & Søn, \"Gmina\" Łódź";
    message.reply_to = "answers@herald.example";
    message.subject =
        "Ihre Prüfnummer für den Antrag \u2013 bitte bis spätestens Freitag bestätigen, sonst verfällt sie \U0001F4E8";
    message.one_click_unsubscribe_url = "https://herald.example/unsubscribe?a=1&b=%20x";
    message.body = "Grüße,\n.\n..two dots\n.hidden\n" + std::string(3'000, 'w') + "\ntrailing space \n\ttab\nFrom here";
    message.html = "<h1>Grüße</h1>\n<p>.</p>\n" + std::string(2'000, '=') + "\n<p>\u2013 \U0001F4E8</p>\n.";
    const auto outcome = send(options_for(SmtpTls::none), message);
    ASSERT_EQ(outcome.status, SendStatus::accepted) << outcome.detail;
    EXPECT_FALSE(outcome.receipt_expected);

    const auto files = server_->mail("inbox", 1);
    ASSERT_EQ(files.size(), 1U);
    const auto mail = parse_mail(files[0]);
    EXPECT_EQ(mail.at("defects"), json::array());
    EXPECT_EQ(mail.at("has_8_bit"), false);
    EXPECT_LE(mail.at("longest_line").as_int64(), 998);
    EXPECT_EQ(mail.at("from_name").as_string(), message.from_name);
    EXPECT_EQ(mail.at("from_address").as_string(), message.from_address);
    EXPECT_EQ(mail.at("to"), json::array({message.to}));
    EXPECT_EQ(header(mail, "Return-Path"), "<benefits@herald.example>");
    EXPECT_EQ(header(mail, "Subject"), message.subject);
    EXPECT_EQ(header(mail, "Reply-To"), *message.reply_to);
    EXPECT_EQ(header(mail, "Message-ID"), "<" + message.id.to_string() + "@herald.example>");
    EXPECT_EQ(outcome.reference, message.id.to_string() + "@herald.example");
    EXPECT_EQ(header(mail, "List-Unsubscribe"), "<" + *message.one_click_unsubscribe_url + ">");
    EXPECT_EQ(header(mail, "List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
    EXPECT_THAT(header(mail, "Date"), HasSubstr("+0000"));

    EXPECT_EQ(mail.at("type").as_string(), "multipart/alternative");
    ASSERT_EQ(mail.at("parts").as_array().size(), 2U);
    EXPECT_EQ(part(mail, 0, "type"), "text/plain");
    EXPECT_EQ(part(mail, 1, "type"), "text/html");
    EXPECT_EQ(part(mail, 0, "charset"), "utf-8");
    EXPECT_EQ(part(mail, 0, "content"), message.body);
    EXPECT_EQ(part(mail, 1, "content"), message.html);
}

TEST_F(SmtpDelivery, under_starttls_and_under_tls_with_a_login)
{
    EXPECT_EQ(send(options_for(SmtpTls::starttls), message_to("tls@example.org")).status, SendStatus::accepted);
    EXPECT_EQ(send(options_for(SmtpTls::implicit), message_to("tls@example.org")).status, SendStatus::accepted);
    const auto files = server_->mail("tls", 2);
    ASSERT_EQ(files.size(), 2U);
    // RFC 3848: ESMTP with TLS (S) and a login (A).
    for (const auto& file : files) EXPECT_THAT(read_file(file), HasSubstr("with ESMTPSA"));
    EXPECT_THAT(read_file(server_->text("log")), HasSubstr("sasl_method=PLAIN, sasl_username=herald"));
}

TEST_F(SmtpDelivery, to_a_server_that_nobody_vouches_for_does_not_happen)
{
    for (const auto tls : {SmtpTls::starttls, SmtpTls::implicit})
    {
        auto options = options_for(tls);
        options.ca_file.clear();
        const auto stranger = send(options, message_to("tls@example.org"));
        EXPECT_EQ(stranger.status, SendStatus::retryable);
        EXPECT_THAT(stranger.detail, StartsWith("TLS: connection lost (certificate verify failed"));

        options = options_for(tls);
        options.host = "127.0.0.1";  // the certificate says localhost
        const auto other_name = send(options, message_to("tls@example.org"));
        EXPECT_EQ(other_name.status, SendStatus::retryable);
        EXPECT_THAT(other_name.detail, StartsWith("TLS: connection lost (certificate verify failed"));
    }
}

TEST_F(SmtpDelivery, with_a_wrong_password_is_tried_later)
{
    auto options = options_for(SmtpTls::starttls);
    options.password = "wrong";
    const auto outcome = send(options, message_to("tls@example.org"));
    EXPECT_EQ(outcome.status, SendStatus::retryable);
    EXPECT_EQ(outcome.detail, "login: 535 5.7.8");
}

TEST_F(SmtpDelivery, that_the_server_refuses_has_its_reasons_and_no_address)
{
    struct Case
    {
        const char* to;
        SendStatus status;
        const char* detail;
    };
    for (const auto& expected : {Case{"nobody@example.org", SendStatus::rejected, "RCPT: 550 5.1.1"},
                                 Case{"full@example.org", SendStatus::rejected, "RCPT: 552 5.2.2"},
                                 Case{"busy@example.org", SendStatus::retryable, "RCPT: 450 4.2.1"},
                                 Case{"someone@elsewhere.example", SendStatus::rejected, "RCPT: 554 5.7.1"}})
    {
        const auto outcome = send(options_for(SmtpTls::none), message_to(expected.to));
        EXPECT_EQ(outcome.status, expected.status) << expected.to;
        EXPECT_EQ(outcome.detail, expected.detail);
    }
    auto large = message_to("private.person@example.org");
    large.body.assign(4'000'000, 'x');
    const auto outcome = send(options_for(SmtpTls::none), large);
    EXPECT_EQ(outcome.status, SendStatus::rejected);
    EXPECT_EQ(outcome.detail, "MAIL: 552 5.3.4");
}

TEST_F(SmtpDelivery, to_an_address_beyond_ascii)
{
    auto message = message_to("jörg@example.org");
    message.html.clear();
    const auto outcome = send(options_for(SmtpTls::none), message);
    ASSERT_EQ(outcome.status, SendStatus::accepted) << outcome.detail;
    const auto files = server_->mail("unicode", 1);
    ASSERT_EQ(files.size(), 1U);
    EXPECT_THAT(read_file(files[0]), HasSubstr("with UTF8SMTP"));
    const auto mail = parse_mail(files[0]);
    EXPECT_EQ(mail.at("to"), json::array({message.to}));
    EXPECT_EQ(mail.at("type").as_string(), "text/plain");
}

TEST_F(SmtpDelivery, of_many_messages_uses_few_connections)
{
    constexpr int count = 60;
    constexpr int connections = 2;
    auto options = options_for(SmtpTls::starttls);
    options.connections = connections;
    int accepted = 0;
    const auto send_one = [&accepted](SmtpProvider& provider) -> Task<>
    {
        const auto message = message_to("reuse@example.org");
        const auto outcome = co_await provider.send(message, deadline_in(kLong));
        if (outcome.status == SendStatus::accepted) ++accepted;
    };
    const auto count_connections = []
    {
        const auto log = read_file(server_->text("log"));
        int found = 0;
        for (auto at = log.find(": connect from"); at != std::string::npos; at = log.find(": connect from", at + 1))
            ++found;
        return found;
    };
    const int before = count_connections();
    run_task<>(
        [&]() -> Task<>
        {
            const auto executor = co_await asio::this_coro::executor;
            SmtpProvider provider(executor, options, system_clock);
            TaskScope scope(executor);
            for (int i = 0; i < count; ++i) scope.spawn("send", send_one(provider));
            EXPECT_TRUE(co_await scope.join(deadline_in(kLong)));
        });
    EXPECT_EQ(accepted, count);
    EXPECT_EQ(server_->mail("reuse", count).size(), static_cast<std::size_t>(count));
    EXPECT_LE(count_connections() - before, connections);
}

}  // namespace
}  // namespace herald
