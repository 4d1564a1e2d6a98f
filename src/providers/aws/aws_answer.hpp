// What SES and SNS say, read from bytes. Pure and thread-safe.
//
// Security: outside bytes, as much as the HTTP client takes. A code or a reference is only one when it has the
// characters of one, so both may go into logs and the database. An explanation quotes addresses and goes nowhere: it is
// only searched for words.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "runtime/http_client.hpp"

namespace herald
{

// What became of one call.
struct AwsAnswer
{
    enum class Kind
    {
        taken,       // `reference` is the provider's name for the message
        refused,     // `status` and, mostly, `code` say why
        unreadable,  // a good status, but no message id
        no_answer,   // the request may have arrived; `trouble` says what happened
        not_sent,    // nothing of it left; likewise
    };
    Kind kind = Kind::not_sent;
    int status = 0;           // of HTTP; 0: none
    std::string code;         // "MessageRejected"; empty: none that can be read
    std::string explanation;  // personal data: never log it
    std::string reference;
    std::string trouble;  // of the connection; no personal data
};

AwsAnswer read_ses_answer(const HttpResponse& response);  // JSON
AwsAnswer read_sns_answer(const HttpResponse& response);  // XML

// For the event and the log: "400 MessageRejected", "no answer: Timeout was reached".
std::string describe(const AwsAnswer& answer);

// The text of the element at `path` ("PublishResponse/PublishResult/MessageId"), from the root of a document as SNS
// writes them. nullopt: there is none, or the document is not of that kind; one with a DOCTYPE, comments or CDATA is
// not.
std::optional<std::string> xml_text(std::string_view document, std::string_view path);

}  // namespace herald
