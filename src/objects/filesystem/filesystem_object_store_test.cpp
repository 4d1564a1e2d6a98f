#include "objects/filesystem/filesystem_object_store.hpp"

#include <sys/stat.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "tests/conformance/object_store_suite.hpp"

namespace herald
{
namespace
{

namespace fs = std::filesystem;

class TemporaryFolder
{
public:
    TemporaryFolder()
    {
        std::string name = (fs::temp_directory_path() / "herald-objects-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
        path_ = name;
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder()
    {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    [[nodiscard]] const fs::path& path() const { return path_; }

private:
    fs::path path_;
};

std::size_t count_of_new(const fs::path& folder)
{
    std::size_t count = 0;
    for (const auto& entry : fs::directory_iterator(folder))
        if (entry.path().filename().string().starts_with(".new-")) ++count;
    return count;
}

class FilesystemHarness final : public ObjectStoreHarness
{
public:
    std::unique_ptr<ObjectStore> make(asio::any_io_executor) override
    {
        return std::make_unique<FilesystemObjectStore>(folder_.path() / "deep" / "objects", pool_);
    }
    std::size_t leftovers() override { return count_of_new(folder_.path() / "deep" / "objects"); }

private:
    TemporaryFolder folder_;
    CpuPool pool_{2, 64};
};

class FilesystemObjects : public testing::Test
{
protected:
    void with_store(const std::function<Task<>(ObjectStore&)>& test)
    {
        run_task<>(
            [&]() -> Task<>
            {
                FilesystemObjectStore store(folder_.path(), pool_);
                co_await test(store);
            });
    }
    static Deadline soon() { return deadline_in(seconds(60)); }
    [[nodiscard]] std::string text_of(const std::string& name) const
    {
        std::ostringstream text;
        text << std::ifstream(folder_.path() / name, std::ios::binary).rdbuf();
        return text.str();
    }
    void write_file(const std::string& name, const std::string& text) const
    {
        std::ofstream(folder_.path() / name, std::ios::binary) << text;
    }

    TemporaryFolder folder_;
    CpuPool pool_{1, 64};
};

}  // namespace

INSTANTIATE_TYPED_TEST_SUITE_P(Filesystem, ObjectStoreSuite, FilesystemHarness);

TEST_F(FilesystemObjects, are_a_line_of_metadata_and_their_bytes)
{
    const ObjectMetadata metadata{{"valid", "True"}};
    with_store([&](ObjectStore& store) -> Task<>
               { co_await store.put("service-1-notify/2.csv", "a,b\n", metadata, soon()); });
    EXPECT_EQ(text_of("service-1-notify%2F2.csv"), "{\"metadata\":{\"valid\":\"True\"}}\na,b\n");
    struct stat status{};
    ASSERT_EQ(::stat((folder_.path() / "service-1-notify%2F2.csv").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(FilesystemObjects, are_not_what_somebody_else_left_in_the_folder)
{
    write_file("note.txt", "mine");
    write_file("bad%2fname", "{\"metadata\":{}}\nx");
    write_file("bad%41", "{\"metadata\":{}}\nx");
    write_file("bad%", "{\"metadata\":{}}\nx");
    write_file(".lock", "{\"metadata\":{}}\nx");
    with_store(
        [](ObjectStore& store) -> Task<>
        {
            EXPECT_THROW(co_await store.open("note.txt", soon()), ObjectStoreError);
            EXPECT_FALSE(co_await store.open(".lock", soon()));
        });
    fs::remove(folder_.path() / "note.txt");
    with_store(
        [](ObjectStore& store) -> Task<>
        {
            const auto page = co_await store.list("", "", 10, soon());
            EXPECT_TRUE(page.objects.empty());
        });
}

TEST_F(FilesystemObjects, are_never_behind_a_link_or_a_pipe)
{
    TemporaryFolder elsewhere;
    std::ofstream(elsewhere.path() / "secret") << "{\"metadata\":{}}\nsecret";
    fs::create_symlink(elsewhere.path() / "secret", folder_.path() / "link");
    ASSERT_EQ(::mkfifo((folder_.path() / "pipe").c_str(), 0600), 0);
    fs::create_directory(folder_.path() / "folder");
    with_store(
        [](ObjectStore& store) -> Task<>
        {
            EXPECT_THROW(co_await store.open("link", soon()), ObjectStoreError);
            EXPECT_THROW(co_await store.open("pipe", soon()), ObjectStoreError);
            EXPECT_THROW(co_await store.open("folder", soon()), ObjectStoreError);
            co_await store.put("link", "new", {}, soon());
        });
    EXPECT_FALSE(fs::is_symlink(folder_.path() / "link"));
    EXPECT_TRUE(fs::exists(elsewhere.path() / "secret"));
}

TEST_F(FilesystemObjects, that_were_cut_by_somebody_else_are_not_given_as_whole)
{
    with_store(
        [this](ObjectStore& store) -> Task<>
        {
            co_await store.put("key", std::string(1'000'000, 'x'), {}, soon());
            const auto reader = co_await store.open("key", soon());
            co_await reader->read(soon());
            fs::resize_file(folder_.path() / "key", 300'000);
            EXPECT_THROW(
                {
                    while (!(co_await reader->read(soon())).empty()) continue;
                },
                ObjectStoreError);
        });
}

TEST_F(FilesystemObjects, that_a_killed_process_left_are_removed_after_a_day)
{
    write_file(".new-old", "x");
    write_file(".new-young", "x");
    fs::last_write_time(folder_.path() / ".new-old", fs::file_time_type::clock::now() - std::chrono::hours(25));
    with_store([](ObjectStore&) -> Task<> { co_return; });
    EXPECT_FALSE(fs::exists(folder_.path() / ".new-old"));
    EXPECT_TRUE(fs::exists(folder_.path() / ".new-young"));
}

TEST_F(FilesystemObjects, need_a_folder_that_can_be_made)
{
    write_file("file", "x");
    EXPECT_THROW(FilesystemObjectStore(folder_.path() / "file", pool_), ObjectStoreError);
    EXPECT_THROW(FilesystemObjectStore(folder_.path() / "file" / "below", pool_), ObjectStoreError);
}

TEST_F(FilesystemObjects, have_keys_that_are_names_of_files)
{
    const std::string longest(255, 'k');
    const std::string too_long = std::string(250, 'k') + "/xyz";
    with_store(
        [&](ObjectStore& store) -> Task<>
        {
            co_await store.put(longest, "x", {}, soon());
            EXPECT_THROW(co_await store.put(too_long, "x", {}, soon()), std::invalid_argument);
        });
}

}  // namespace herald
