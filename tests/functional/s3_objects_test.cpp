// S3ObjectStore against npm's s3rver (s3_server.mjs), which was not written with Herald in mind: the conformance suite,
// with both ways to name a bucket.
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "objects/s3/s3_object_store.hpp"
#include "runtime/process.hpp"
#include "tests/conformance/object_store_suite.hpp"

namespace herald
{
namespace
{

namespace fs = std::filesystem;

const fs::path here = fs::path(HERALD_SOURCE_DIR) / "tests/functional";

std::string bucket(int number)
{
    return "herald-lists-" + std::to_string(number);
}

class S3Server
{
public:
    S3Server() : folder_(make_folder()), process_(start(folder_))
    {
        const auto ready = folder_ / "ready";
        while (!fs::exists(ready))
            if (const auto ended = process_.wait(milliseconds(20)))
                throw std::runtime_error("s3rver did not start: " + ended->describe());
        std::ifstream(ready) >> port_;
    }
    S3Server(const S3Server&) = delete;
    S3Server& operator=(const S3Server&) = delete;
    ~S3Server()
    {
        process_.terminate(seconds(10));
        std::error_code ignored;
        fs::remove_all(folder_, ignored);
    }

    // Started by the first test.
    static S3Server& instance()
    {
        static S3Server server;
        return server;
    }

    [[nodiscard]] std::string url() const { return "http://s3.localhost:" + port_; }
    // A bucket that nobody has written to.
    [[nodiscard]] std::string next_bucket()
    {
        if (used_ == kBuckets) throw std::runtime_error("there are more tests than buckets");
        return bucket(used_++);
    }
    // Begun and neither completed nor taken back.
    [[nodiscard]] std::size_t uploads(const std::string& of) const
    {
        const auto folder = folder_ / "objects" / of / "._S3rver_uploads";
        if (!fs::exists(folder)) return 0;
        const fs::directory_iterator entries(folder);
        return static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
    }

private:
    static constexpr int kBuckets = 64;

    static fs::path make_folder()
    {
        std::string name = (fs::temp_directory_path() / "herald-s3-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
        return name;
    }
    static Process start(const fs::path& folder)
    {
        ProcessOptions options;
        // It makes the tokens of its pages with DES.
        options.argv = {HERALD_NODE, "--openssl-legacy-provider", (here / "s3_server.mjs").string(),
                        (folder / "ready").string(), (folder / "objects").string()};
        for (int i = 0; i < kBuckets; ++i) options.argv.push_back(bucket(i));
        options.die_with_parent = true;
        auto started = Process::start(options);
        if (!started) throw std::runtime_error(started.error().message);
        return *std::move(started);
    }

    fs::path folder_;
    Process process_;
    std::string port_;
    int used_ = 0;
};

template <bool path_style>
class S3Harness final : public ObjectStoreHarness
{
public:
    std::unique_ptr<ObjectStore> make(asio::any_io_executor executor) override
    {
        S3Options options;
        options.aws.region = "us-east-1";
        options.aws.access_key_id = "S3RVER";  // the one account that it knows
        options.aws.secret_access_key = "S3RVER";
        options.aws.endpoint = S3Server::instance().url();
        options.bucket = bucket_;
        options.path_style = path_style;
        return std::make_unique<S3ObjectStore>(std::move(executor), options, pool_);
    }
    std::size_t leftovers() override { return S3Server::instance().uploads(bucket_); }

private:
    const std::string bucket_ = S3Server::instance().next_bucket();
    CpuPool pool_{1, 64};
};

}  // namespace

INSTANTIATE_TYPED_TEST_SUITE_P(S3PathStyle, ObjectStoreSuite, S3Harness<true>);
INSTANTIATE_TYPED_TEST_SUITE_P(S3VirtualHostStyle, ObjectStoreSuite, S3Harness<false>);

}  // namespace herald
