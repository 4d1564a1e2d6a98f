// Receipts of one batch as statements that follow each other. A statement changes a row once, so the second receipt of
// a reference ("pending", then "delivered") goes into the second statement; what comes after a final one is a
// repetition, but for a bounce. Pure; single-threaded.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "providers/provider.hpp"
#include "storage/pg/params.hpp"

namespace herald
{

// The columns of record_receipts: one row a reference.
struct ReceiptColumns
{
    std::vector<std::string> providers;
    std::vector<std::string> references;
    std::vector<std::int16_t> statuses;
    std::vector<std::string> responses;
    std::vector<Instant> at;
    std::vector<std::optional<Uuid>> ids;
    std::vector<std::optional<Uuid>> services;

    void add(const Receipt& receipt);
    [[nodiscard]] pg::Params params(Instant now, bool correct_delivered) const;
};

class ReceiptRounds
{
public:
    void add(const Receipt& receipt);
    [[nodiscard]] const std::vector<ReceiptColumns>& rounds() const { return rounds_; }

private:
    struct Next
    {
        std::size_t round = 0;
        bool ended = false;
    };
    std::map<std::pair<std::string, std::string>, Next> next_;
    std::vector<ReceiptColumns> rounds_;
};

}  // namespace herald
