// What the handlers of providers' messages work with: a part of the Context.
#pragma once

#include "operations/receive_receipts.hpp"
#include "providers/receipt_source.hpp"

namespace herald::http::callbacks
{

// References: they outlive the server.
struct Intake
{
    ReceiptSource& source;  // who proved the message, and confirms a subscription
    ReceiveReceipts& receive;
};

}  // namespace herald::http::callbacks
