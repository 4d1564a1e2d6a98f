#include "providers/aws/aws_answer.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/json.hpp"

namespace herald
{
namespace
{

constexpr std::size_t kMaxCode = 64;
constexpr std::size_t kMaxReference = 128;
constexpr std::size_t kMaxXmlDepth = 16;

struct AwsError
{
    std::string code;
    std::string explanation;
};

// Both code and reference: letters, digits and what holds them together.
bool is_token(std::string_view text, std::size_t most)
{
    const auto is_allowed = [](char c)
    {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
               c == '.';
    };
    return !text.empty() && text.size() <= most && std::ranges::all_of(text, is_allowed);
}

// "aws.ses#MessageRejected:http://…" is how a shape may be named: the code is in the middle. Empty: none.
std::string code_of(std::string_view name)
{
    name = name.substr(0, name.find(':'));
    if (const auto hash = name.rfind('#'); hash != std::string_view::npos) name.remove_prefix(hash + 1);
    return is_token(name, kMaxCode) ? std::string(name) : std::string();
}

std::string text_of(const json::object& object, std::initializer_list<std::string_view> names)
{
    for (const auto name : names)
        if (const auto* value = object.if_contains(name); value != nullptr && value->is_string())
            return std::string(value->get_string());
    return {};
}

json::object ses_body(std::string_view body)
{
    auto parsed = parse_json(body);
    return parsed && parsed->is_object() ? std::move(parsed->get_object()) : json::object();
}

std::string ses_message_id(const HttpResponse& response)
{
    return text_of(ses_body(response.body), {"MessageId"});
}

AwsError ses_error(const HttpResponse& response)
{
    const auto body = ses_body(response.body);
    AwsError error;
    error.code = code_of(response.header("x-amzn-errortype").value_or(""));
    if (error.code.empty()) error.code = code_of(text_of(body, {"__type", "code"}));
    error.explanation = text_of(body, {"message", "Message"});
    return error;
}

std::string sns_message_id(const HttpResponse& response)
{
    return xml_text(response.body, "PublishResponse/PublishResult/MessageId").value_or("");
}

AwsError sns_error(const HttpResponse& response)
{
    AwsError error;
    error.code = code_of(xml_text(response.body, "ErrorResponse/Error/Code").value_or(""));
    error.explanation = xml_text(response.body, "ErrorResponse/Error/Message").value_or("");
    return error;
}

using ReadMessageId = std::string (*)(const HttpResponse&);
using ReadError = AwsError (*)(const HttpResponse&);

ProviderAnswer read_answer(const HttpResponse& response, ReadMessageId message_id, ReadError read_error)
{
    ProviderAnswer answer;
    answer.status = response.status;
    answer.trouble = response.error;
    if (response.status == 0)
    {
        answer.kind = response.may_have_arrived ? ProviderAnswer::Kind::no_answer : ProviderAnswer::Kind::not_sent;
        return answer;
    }
    if (response.status >= 200 && response.status < 300)
    {
        auto reference = message_id(response);
        const bool is_good = response.error.empty() && is_token(reference, kMaxReference);
        answer.kind = is_good ? ProviderAnswer::Kind::taken : ProviderAnswer::Kind::unreadable;
        if (is_good) answer.reference = std::move(reference);
        return answer;
    }
    answer.kind = ProviderAnswer::Kind::refused;
    auto error = read_error(response);
    answer.code = std::move(error.code);
    answer.explanation = std::move(error.explanation);
    return answer;
}

// The five entities of XML itself; whatever else begins with & stays as it is.
std::string unescape(std::string_view text)
{
    static constexpr std::array<std::pair<std::string_view, char>, 5> kEntities{
        {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}}};
    std::string out;
    out.reserve(text.size());
    while (!text.empty())
    {
        const auto* const found =
            std::ranges::find_if(kEntities, [text](const auto& entity) { return text.starts_with(entity.first); });
        const bool is_entity = found != kEntities.end();
        out.push_back(is_entity ? found->second : text.front());
        text.remove_prefix(is_entity ? found->first.size() : 1);
    }
    return out;
}

std::string_view element_name(std::string_view tag)
{
    return tag.substr(0, tag.find_first_of(" \t\r\n/"));
}

}  // namespace

ProviderAnswer read_ses_answer(const HttpResponse& response)
{
    return read_answer(response, &ses_message_id, &ses_error);
}

ProviderAnswer read_sns_answer(const HttpResponse& response)
{
    return read_answer(response, &sns_message_id, &sns_error);
}

std::optional<std::string> xml_text(std::string_view document, std::string_view path)
{
    std::string where;  // "/a/b": the element that is open
    std::string text;   // of the element at `path`
    const std::string wanted = fmt::format("/{}", path);
    for (std::size_t depth = 0;;)
    {
        const auto begin = document.find('<');
        const auto end = document.find('>', begin);
        if (begin == std::string_view::npos || end == std::string_view::npos) return std::nullopt;
        if (where == wanted) text.append(document.substr(0, begin));
        const auto tag = document.substr(begin + 1, end - begin - 1);
        document.remove_prefix(end + 1);

        if (tag.starts_with('?')) continue;
        if (tag.starts_with('!') || tag.empty()) return std::nullopt;
        if (tag.starts_with('/'))
        {
            const auto last = where.rfind('/');
            if (last == std::string::npos || where.substr(last + 1) != element_name(tag.substr(1))) return std::nullopt;
            if (where == wanted) return unescape(text);
            where.resize(last);
            --depth;
        }
        else if (!tag.ends_with('/'))
        {
            if (++depth > kMaxXmlDepth) return std::nullopt;
            where.append("/").append(element_name(tag));
        }
    }
}

}  // namespace herald
