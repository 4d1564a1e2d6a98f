// The providers of a process, made from its settings: the one list of concrete providers.
#pragma once

#include <memory>
#include <vector>

#include "base/settings.hpp"
#include "operations/provider_pool.hpp"
#include "providers/capture/mailbox.hpp"
#include "providers/provider.hpp"

namespace herald
{

// Belongs to the loop of `executor`.
class Providers
{
public:
    // `mailbox`: what capture providers keep; nullptr: nothing of a message. Throws std::runtime_error when the
    // settings of a provider are wrong.
    Providers(asio::any_io_executor executor, const Settings& settings, std::shared_ptr<Mailbox> mailbox,
              const ReceiptSink& sink, const Clock& clock);

    [[nodiscard]] ProviderPool& pool() { return *pool_; }

private:
    std::vector<std::unique_ptr<Provider>> all_;
    std::unique_ptr<ProviderPool> pool_;
};

}  // namespace herald
