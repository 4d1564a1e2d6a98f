// What a stored message says, and what a template would say: for whoever may read it through the API. Pure;
// thread-safe.
#pragma once

#include <optional>
#include <string>

#include "base/crypto.hpp"
#include "base/json.hpp"
#include "operations/notification_contents.hpp"
#include "operations/service_context.hpp"
#include "storage/notification_store.hpp"

namespace herald
{

struct ShownNotification
{
    NotificationContents contents;
    std::string body;
    std::optional<std::string> subject;  // email
    std::optional<int> sms_characters;   // sms
};

// `from` is the version that the row names. internal: the contents do not open.
Result<ShownNotification> show_notification(const KeyRing& keys, const NotificationRow& row,
                                            const TemplateContext& from);

struct TemplatePreview
{
    std::string body;
    std::optional<std::string> subject;  // email
    std::optional<std::string> html;     // email
};

// validation: a value that cannot be shown. bad_request: "Missing personalisation: a, b".
Result<TemplatePreview> preview_template(const TemplateContext& from, const json::object& personalisation);

}  // namespace herald
