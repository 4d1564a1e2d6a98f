// How far the change feed may be read now, for all readers of a process together.
//
// To find out costs a statement, and two more with a small commit when something was written since. Whoever asks while
// somebody is finding out waits for that answer, so any number of readers cost as much as one. Belongs to the Loop of
// its Database.
#pragma once

#include <optional>

#include "runtime/notifier.hpp"
#include "storage/change_store.hpp"

namespace prometheus
{
class Gauge;
}

namespace herald
{

class ChangeHorizon
{
public:
    explicit ChangeHorizon(ChangeStore& store);

    // At most kFresh old.
    Task<ChangeState> current(Deadline deadline);
    // Asked for after this call. Waits a moment for transactions that are about to end, and not for a long one: then
    // the horizon is the one before. Throws what statements throw.
    Task<ChangeState> newest(Deadline deadline);
    static constexpr milliseconds kFresh{100};

private:
    Task<ChangeState> find_out(Deadline deadline);

    ChangeStore& store_;
    std::optional<ChangeState> state_;
    Deadline found_out_at_{};  // the moment before it was asked for
    bool finding_out_ = false;
    Notifier found_out_;
    prometheus::Gauge& lag_;
};

}  // namespace herald
