// A contact list as the internal API shows it.
#pragma once

#include "base/json.hpp"
#include "storage/contact_list_store.hpp"

namespace herald::http::internal
{

json::object contact_list_json(const ContactList& list, ServiceId service);

}  // namespace herald::http::internal
