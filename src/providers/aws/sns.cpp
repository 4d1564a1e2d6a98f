#include "providers/aws/sns.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>
#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

#include "embedded/files.hpp"
#include "providers/aws/aws_answer.hpp"

namespace herald
{
namespace
{

SnsOptions checked(SnsOptions options)
{
    if (const auto ok = check(options.aws, "sns"); !ok) throw std::invalid_argument(ok.error().message);
    return options;
}

// A form of the query protocol.
class Form
{
public:
    Form& add(std::string_view name, std::string_view value)
    {
        if (!text_.empty()) text_.push_back('&');
        text_.append(name).append("=").append(boost::urls::encode(value, boost::urls::unreserved_chars));
        return *this;
    }
    Form& add_attribute(std::string_view name, std::string_view value)
    {
        const auto prefix = fmt::format("MessageAttributes.entry.{}", ++attributes_);
        add(prefix + ".Name", name);
        add(prefix + ".Value.DataType", "String");
        return add(prefix + ".Value.StringValue", value);
    }
    [[nodiscard]] std::string take() { return std::move(text_); }

private:
    std::string text_;
    int attributes_ = 0;
};

// Numbers, short codes among them; a name has at least one letter.
bool is_number(std::string_view sender)
{
    if (sender.starts_with('+')) sender.remove_prefix(1);
    return std::ranges::all_of(sender, [](char c) { return c >= '0' && c <= '9'; });
}

std::string request_body(const OutgoingMessage& message)
{
    Form form;
    form.add("Action", "Publish").add("Version", "2010-03-31");
    form.add("PhoneNumber", message.to).add("Message", message.body);
    // Transactional: carriers that deliver the other kind by day only deliver this one at once.
    form.add_attribute("AWS.SNS.SMS.SMSType", "Transactional");
    if (!message.sender.empty())
        form.add_attribute(is_number(message.sender) ? "AWS.MM.SMS.OriginationNumber" : "AWS.SNS.SMS.SenderID",
                           message.sender);
    return form.take();
}

}  // namespace

SnsProvider::SnsProvider(asio::any_io_executor executor, SnsOptions options)
    : options_(checked(std::move(options))),
      rules_(OutcomeRules::parse(embedded::sns_outcomes_txt).value()),
      aws_(std::move(executor), options_.aws, "sns", "sns")
{
}

Task<SendOutcome> SnsProvider::send(const OutgoingMessage& message, Deadline deadline)
{
    const auto response =
        co_await aws_.post("/", "application/x-www-form-urlencoded; charset=utf-8", request_body(message), deadline);
    const auto answer = read_sns_answer(response);
    const bool is_taken = answer.kind == ProviderAnswer::Kind::taken;
    SendOutcome outcome(is_taken ? SendStatus::accepted : rules_.decide(answer), answer.reference, describe(answer));
    outcome.receipt_expected = options_.receipts;
    co_return outcome;
}

Task<std::optional<Receipt>> SnsProvider::look_up(NotificationId, std::string_view, Deadline)
{
    co_return std::nullopt;
}

}  // namespace herald
