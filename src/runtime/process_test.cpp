#include "runtime/process.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <iterator>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace herald
{

namespace
{

using std::chrono::milliseconds;
using testing::HasSubstr;

constexpr milliseconds kLong{30'000};

ProcessOptions shell(const std::string& script)
{
    ProcessOptions options;
    options.argv = {"sh", "-c", script};
    options.output = ProcessOutput::capture;
    return options;
}

std::string output_of(const ProcessOptions& options)
{
    const auto finished = run_process(options, kLong);
    return finished ? finished->output : "error: " + finished.error().message;
}

bool is_alive(pid_t pid)
{
    return ::kill(pid, 0) == 0;
}

}  // namespace

TEST(Process, gives_the_exit_code_and_both_outputs)
{
    const auto finished = run_process(shell("echo out; echo err >&2; exit 3"), kLong);
    ASSERT_TRUE(finished);
    EXPECT_EQ(finished->status.code, 3);
    EXPECT_FALSE(finished->status.success());
    EXPECT_EQ(finished->status.describe(), "exit code 3");
    EXPECT_EQ(finished->output, "out\nerr\n");
}

TEST(Process, passes_arguments_without_a_shell)
{
    ProcessOptions options;
    options.argv = {"printf", "%s|%s", "a b", "$HOME;`id`"};
    EXPECT_EQ(output_of(options), "a b|$HOME;`id`");
}

TEST(Process, adds_to_the_environment_or_replaces_it)
{
    ::setenv("HERALD_PROCESS_TEST", "inherited", 1);
    ProcessOptions options = shell("echo $HERALD_PROCESS_TEST-$OTHER");
    options.environment = {{"OTHER", "given"}};
    EXPECT_EQ(output_of(options), "inherited-given\n");
    options.environment = {{"HERALD_PROCESS_TEST", "overridden"}};
    EXPECT_EQ(output_of(options), "overridden-\n");
    options.inherit_environment = false;
    options.environment = {{"OTHER", "only"}};
    EXPECT_EQ(output_of(options), "-only\n");
}

TEST(Process, runs_in_the_working_directory)
{
    ProcessOptions options = shell("pwd");
    options.working_directory = "/usr/bin";
    EXPECT_EQ(output_of(options), "/usr/bin\n");
    options.working_directory = "/no/such/directory";
    EXPECT_THAT(output_of(options), HasSubstr("cannot enter the working directory"));
}

TEST(Process, says_when_there_is_no_such_program)
{
    ProcessOptions options;
    EXPECT_FALSE(Process::start(options));
    options.argv = {"no-such-program-at-all"};
    EXPECT_THAT(output_of(options), HasSubstr("no such program: no-such-program-at-all"));
    options.argv = {"/etc/passwd"};
    EXPECT_FALSE(Process::start(options));
}

TEST(Process, appends_to_a_file_that_others_cannot_read)
{
    const std::filesystem::path file =
        std::filesystem::temp_directory_path() / ("herald_process_test_" + std::to_string(::getpid()));
    ProcessOptions options = shell("echo line");
    options.output = ProcessOutput::file;
    options.output_file = file;
    for (int round = 0; round < 2; ++round)
    {
        auto process = Process::start(options);
        ASSERT_TRUE(process);
        ASSERT_TRUE(process->wait(kLong));
        EXPECT_EQ(process->output(), "");
    }
    std::ifstream stream(file);
    const std::string text((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
    EXPECT_EQ(text, "line\nline\n");
    struct stat status = {};
    ASSERT_EQ(::stat(file.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
    std::filesystem::remove(file);
}

TEST(Process, wait_gives_up_at_its_time_limit_and_remembers_the_end)
{
    auto process = Process::start(shell("sleep 60"));
    ASSERT_TRUE(process);
    EXPECT_FALSE(process->poll());
    EXPECT_FALSE(process->wait(milliseconds(20)));
    process->signal(SIGTERM);
    const auto status = process->wait(kLong);
    ASSERT_TRUE(status);
    EXPECT_EQ(status->signal, SIGTERM);
    EXPECT_EQ(status->describe(), "signal 15");
    EXPECT_EQ(process->poll()->signal, SIGTERM);
    process->signal(SIGKILL);  // nothing to signal any more
}

TEST(Process, terminate_kills_what_does_not_listen)
{
    auto process = Process::start(shell("trap '' TERM; echo ready; while :; do sleep 60; done"));
    ASSERT_TRUE(process);
    while (process->output() != "ready\n") std::this_thread::yield();
    EXPECT_EQ(process->terminate(milliseconds(50)).signal, SIGKILL);
}

TEST(Process, the_destructor_kills_the_child_and_its_group)
{
    pid_t child = 0;
    pid_t grandchild = 0;
    {
        auto process = Process::start(shell("sleep 60 & echo $!; wait"));
        ASSERT_TRUE(process);
        child = process->pid();
        while (process->output().find('\n') == std::string::npos) std::this_thread::yield();
        grandchild = std::stoi(process->output());
        EXPECT_TRUE(is_alive(grandchild));
    }
    EXPECT_FALSE(is_alive(child));
    // The grandchild was sent SIGKILL with the group; init may not have reaped it yet, but it runs no more.
    std::string state;
    do
    {
        std::ifstream stream("/proc/" + std::to_string(grandchild) + "/stat");
        std::string pid;
        std::string name;
        state.clear();
        stream >> pid >> name >> state;
    } while (!state.empty() && state != "Z" && state != "X");
    SUCCEED();
}

TEST(Process, a_detached_child_lives_on)
{
    pid_t child = 0;
    {
        auto process = Process::start(shell("exec sleep 60"));
        ASSERT_TRUE(process);
        child = process->pid();
        process->detach();
    }
    EXPECT_TRUE(is_alive(child));
    ::kill(child, SIGKILL);
}

TEST(Process, inherits_no_descriptor_and_no_ignored_signal)
{
    const int leaked = ::dup(STDERR_FILENO);  // without close-on-exec
    const auto before = std::signal(SIGPIPE, SIG_IGN);
    ProcessOptions options;
    options.argv = {"sh", "-c", "ls /proc/self/fd | wc -l; grep SigIgn /proc/self/status"};
    // 0, 1, 2 and the one ls opens.
    EXPECT_EQ(output_of(options), "4\nSigIgn:\t0000000000000000\n");
    std::signal(SIGPIPE, before);
    ::close(leaked);
}

TEST(Process, drops_to_another_user_without_groups)
{
    if (::getuid() != 0) GTEST_SKIP() << "needs root";
    const auto nobody = find_user("nobody");
    ASSERT_TRUE(nobody);
    ProcessOptions options = shell("id -u; id -G");
    options.user = nobody;
    EXPECT_EQ(output_of(options), std::to_string(nobody->uid) + "\n" + std::to_string(nobody->gid) + "\n");
}

TEST(Process, refuses_to_run_as_the_wrong_user)
{
    if (::getuid() == 0) GTEST_SKIP() << "root may become anyone";
    ProcessOptions options = shell("id");
    options.user = UserIds{0, 0};
    EXPECT_THAT(output_of(options), HasSubstr("cannot change the user"));
}

TEST(Process, a_child_dies_with_the_thread_that_started_it_when_told_to)
{
    ProcessOptions options = shell("exec sleep 60");
    options.die_with_parent = true;
    std::optional<Process> process;
    std::thread starter(
        [&]
        {
            auto started = Process::start(options);
            if (started) process.emplace(std::move(*started));
        });
    starter.join();
    ASSERT_TRUE(process);
    const auto status = process->wait(kLong);
    ASSERT_TRUE(status);
    EXPECT_EQ(status->signal, SIGTERM);
}

TEST(Process, runs_past_its_time_limit_are_an_error)
{
    const auto finished = run_process(shell("sleep 60"), milliseconds(20));
    ASSERT_FALSE(finished);
    EXPECT_THAT(finished.error().message, HasSubstr("has not ended after 20 ms"));
}

TEST(Process, finds_users_and_programs)
{
    ASSERT_TRUE(find_user("root"));
    EXPECT_EQ(find_user("root")->uid, 0U);
    EXPECT_FALSE(find_user("no such user"));
    EXPECT_TRUE(find_program("sh"));
    EXPECT_TRUE(find_program("/bin/sh"));
    EXPECT_FALSE(find_program(""));
    EXPECT_FALSE(find_program("/etc"));
}

}  // namespace herald
