// From the settings of a process to its providers at AWS, and its bucket.
//
// Credentials and region that the settings leave out come from the standard variables of AWS's tools. Not from the
// metadata of an instance or a container: who runs there passes temporary credentials in, and restarts before they end.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/settings.hpp"
#include "objects/s3/s3_client.hpp"
#include "providers/aws/ses.hpp"
#include "providers/aws/sns.hpp"

namespace herald
{

// The value of a variable of the environment; empty: not set.
using ReadVariable = std::function<std::string(const char* name)>;

SesOptions ses_options(const Settings& settings, const ReadVariable& variable);
SnsOptions sns_options(const Settings& settings, const ReadVariable& variable);
S3Options s3_options(const Settings& settings, const ReadVariable& variable);

// The environment of this process.
std::string variable_of_process(const char* name);

// With the process's environment. Throw std::invalid_argument naming the key that is missing or wrong. `clock` outlives
// the provider.
std::unique_ptr<Provider> make_ses(asio::any_io_executor executor, const Settings& settings, const Clock& clock);
std::unique_ptr<Provider> make_sns(asio::any_io_executor executor, const Settings& settings);

}  // namespace herald
