// What SES and SNS say, read from bytes. Pure and thread-safe.
//
// Security: outside bytes, as much as the HTTP client takes. A code or a reference is only one when it has the
// characters of one, so both may go into logs and the database. An explanation quotes addresses and goes nowhere: it is
// only searched for words.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "providers/outcome_rules.hpp"
#include "runtime/http_client.hpp"

namespace herald
{

ProviderAnswer read_ses_answer(const HttpResponse& response);  // JSON
ProviderAnswer read_sns_answer(const HttpResponse& response);  // XML

// The text of the element at `path` ("PublishResponse/PublishResult/MessageId"), from the root of a document as SNS
// writes them. nullopt: there is none, or the document is not of that kind; one with a DOCTYPE, comments or CDATA is
// not.
std::optional<std::string> xml_text(std::string_view document, std::string_view path);

}  // namespace herald
