// The receipts of one batch in rounds that follow each other, because a statement changes a row once: the second
// receipt of a reference ("pending", then "delivered") goes into the second round. What comes after a final one is a
// repetition, but for a bounce. Pure.
#pragma once

#include <vector>

#include "providers/provider.hpp"

namespace herald
{

// No reference twice in a round.
std::vector<std::vector<const Receipt*>> in_rounds(const std::vector<const Receipt*>& receipts);

}  // namespace herald
