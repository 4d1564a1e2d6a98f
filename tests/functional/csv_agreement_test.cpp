// Recipient lists as somebody else reads them: files that Python's csv module wrote, in every encoding and dialect that
// Herald tells apart, read to the same cells that the module reads (csv_files.py).
#include <algorithm>
#include <filesystem>

#include <gtest/gtest.h>

#include "base/crypto.hpp"
#include "base/json.hpp"
#include "domain/recipient_lists/recipient_list.hpp"
#include "domain/recipients/tidy_spaces.hpp"
#include "runtime/process.hpp"

namespace herald
{
namespace
{

using Rows = std::vector<std::vector<std::string>>;

constexpr int kFiles = 1000;
constexpr std::chrono::seconds kLong{120};

json::value python_files(int seed)
{
    const auto script = std::filesystem::path(HERALD_SOURCE_DIR) / "tests/functional/csv_files.py";
    ProcessOptions options;
    options.argv = {HERALD_PYTHON, script.string(), std::to_string(seed), std::to_string(kFiles)};
    const auto made = run_process(options, kLong);
    if (!made || !made->status.success()) throw std::runtime_error("the files were not made");
    return json::parse(made->output);
}

bool is_blank(const std::vector<std::string>& cells)
{
    return std::ranges::all_of(cells, [](const std::string& cell) { return tidy_spaces(cell).empty(); });
}

// Herald's own rule on top of what CSV says: blank rows at the end are not there, and between others have empty cells.
void apply_blank_rule(Rows& rows)
{
    while (!rows.empty() && is_blank(rows.back())) rows.pop_back();
    const std::size_t columns = rows.empty() ? 0 : rows.front().size();
    for (auto& row : rows)
        if (is_blank(row)) row.assign(columns, "");
}

// The header line and the rows.
Rows herald_rows(std::string_view bytes)
{
    RecipientListOptions options;
    options.max_rows = 1000;
    RecipientListReader reader(std::move(options));
    Rows rows;
    const auto take_rows = [&]
    {
        while (auto row = reader.next()) rows.push_back(std::move(row->cells));
    };
    while (!bytes.empty())
    {
        const auto chunk = bytes.substr(0, 100);
        bytes.remove_prefix(chunk.size());
        reader.feed(chunk);
        take_rows();
    }
    reader.finish();
    take_rows();
    rows.insert(rows.begin(), reader.columns());
    return rows;
}

TEST(CsvAgreementTest, HeraldReadsWhatPythonReads)
{
    for (const int seed : {1, 2, 3})
    {
        std::size_t compared = 0;
        for (const auto& file : python_files(seed).as_array())
        {
            auto expected = json::value_to<Rows>(file.at("rows"));
            apply_blank_rule(expected);
            const auto bytes = base64_decode(file.at("bytes").as_string());
            ASSERT_TRUE(bytes);
            ASSERT_EQ(herald_rows(*bytes), expected) << "seed " << seed << ", file " << file.at("name").as_string();
            compared += expected.size();
        }
        EXPECT_GT(compared, 10UL * kFiles);
    }
}

}  // namespace
}  // namespace herald
