// From the settings to what providers post: whose messages are believed, how they are read, what is done with them.
#pragma once

#include "base/settings.hpp"
#include "operations/receive_receipts.hpp"
#include "operations/replay_receipts.hpp"
#include "providers/aws_receipts/sns_verifier.hpp"
#include "runtime/http_client.hpp"

namespace herald
{

// Of every vendor's events.
ReportReader report_reader();
SnsVerifier::Options sns_verifier_options(const Settings& settings);
// `client` outlives the function.
SnsVerifier::Fetch fetch_through(HttpClient& client);
// What is applied when it comes, and when it is replayed: the same. `keys` outlives what it gives.
ApplyOptions apply_options(const Settings& settings, const KeyRing& keys);
ReceiveReceipts::Options receive_options(const Settings& settings, const KeyRing& keys);

}  // namespace herald
