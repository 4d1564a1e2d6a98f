#include "runtime/process.hpp"

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <poll.h>
#include <pwd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <system_error>
#include <utility>

#include <fmt/format.h>

namespace herald
{

namespace
{

class Descriptor
{
public:
    Descriptor() = default;
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}
    Descriptor& operator=(Descriptor&& other) noexcept
    {
        if (number_ >= 0) ::close(number_);
        number_ = other.release();
        return *this;
    }
    ~Descriptor()
    {
        if (number_ >= 0) ::close(number_);
    }
    [[nodiscard]] int get() const { return number_; }
    [[nodiscard]] bool is_open() const { return number_ >= 0; }
    int release() { return std::exchange(number_, -1); }

private:
    int number_ = -1;
};

Failure system_failure(const std::string& what, int error)
{
    return fail(ErrorKind::internal, fmt::format("{}: {}", what, std::generic_category().message(error)));
}

// The child rearranges 0, 1 and 2, so nothing it still needs may be one of them.
Descriptor above_standard(Descriptor descriptor)
{
    constexpr int kFirstFree = 3;
    if (!descriptor.is_open() || descriptor.get() >= kFirstFree) return descriptor;
    return Descriptor(::fcntl(descriptor.get(), F_DUPFD_CLOEXEC, kFirstFree));
}

enum class Step : int
{
    none,
    output,
    group,
    directory,
    user,
    parent,
    execute,
};

// What the child tells its parent through a pipe that execve closes.
struct ChildFailure
{
    Step step = Step::none;
    int error = 0;
};

const char* describe(Step step)
{
    switch (step)
    {
        case Step::output:
            return "cannot redirect the output";
        case Step::group:
            return "cannot make a process group";
        case Step::directory:
            return "cannot enter the working directory";
        case Step::user:
            return "cannot change the user";
        case Step::parent:
            return "the parent has ended";
        case Step::execute:
            return "cannot execute the program";
        case Step::none:
            break;
    }
    return "cannot start the program";
}

// Everything the child needs, made before the fork: between fork and execve only async-signal-safe calls are allowed,
// because another thread may hold the allocator's lock at the moment of the fork.
struct Plan
{
    std::string program;
    std::vector<std::string> environment;
    std::vector<char*> argv;
    std::vector<char*> envp;
    std::string directory;
    Descriptor input;
    Descriptor output;  // closed: the parent's
    Descriptor report;
    std::optional<UserIds> user;
    std::optional<int> capability;
    bool new_group = false;
    bool die_with_parent = false;
    pid_t parent = 0;
};

void reset_signals()
{
    struct sigaction standard = {};
    standard.sa_handler = SIG_DFL;
    for (int number = 1; number < NSIG; ++number) ::sigaction(number, &standard, nullptr);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

// Capability sets are two words of 32 bits (version 3).
using CapabilitySets = std::array<__user_cap_data_struct, 2>;

bool keep_only(int capability)
{
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    CapabilitySets sets{};
    auto& word = sets[static_cast<std::size_t>(capability) / 32];
    word.effective = word.permitted = word.inheritable = 1U << (capability % 32);
    return ::syscall(SYS_capset, &header, sets.data()) == 0 &&
           ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0) == 0;
}

bool drop_user(const UserIds& user, const std::optional<int>& capability)
{
    if (capability && ::prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0) return false;
    if (::syscall(SYS_setgroups, 0, nullptr) != 0 || ::setgid(user.gid) != 0 || ::setuid(user.uid) != 0) return false;
    return !capability || keep_only(*capability);
}

Step prepare_child(const Plan& plan)
{
    if (::dup2(plan.input.get(), STDIN_FILENO) < 0) return Step::output;
    if (plan.output.is_open())
    {
        if (::dup2(plan.output.get(), STDOUT_FILENO) < 0 || ::dup2(plan.output.get(), STDERR_FILENO) < 0)
            return Step::output;
    }
    if (plan.new_group && ::setpgid(0, 0) != 0) return Step::group;
    if (plan.user && !drop_user(*plan.user, plan.capability)) return Step::user;
    // After the user, whose access counts.
    if (!plan.directory.empty() && ::chdir(plan.directory.c_str()) != 0) return Step::directory;
    if (plan.die_with_parent)
    {
        // After the change of user, which would undo it.
        if (::prctl(PR_SET_PDEATHSIG, SIGTERM) != 0 || ::getppid() != plan.parent) return Step::parent;
    }
    // Descriptors that a library opened without close-on-exec stay here. Kernels before 5.11 cannot; ours are opened
    // with it.
    ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
    return Step::none;
}

[[noreturn]] void run_child(const Plan& plan)
{
    reset_signals();
    ChildFailure failure;
    failure.step = prepare_child(plan);
    if (failure.step == Step::none)
    {
        ::execve(plan.program.c_str(), plan.argv.data(), plan.envp.data());
        failure.step = Step::execute;
    }
    failure.error = errno;
    [[maybe_unused]] const auto written = ::write(plan.report.get(), &failure, sizeof failure);
    ::_exit(127);
}

std::vector<std::string> environment_of(const ProcessOptions& options)
{
    std::map<std::string, std::string> all = options.environment;
    if (options.inherit_environment)
    {
        for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry)
        {
            const std::string text = *entry;
            const auto equals = text.find('=');
            if (equals != std::string::npos) all.emplace(text.substr(0, equals), text.substr(equals + 1));
        }
    }
    std::vector<std::string> lines;
    lines.reserve(all.size());
    for (const auto& [name, value] : all) lines.push_back(name + "=" + value);
    return lines;
}

Result<Descriptor> open_output(const ProcessOptions& options)
{
    Descriptor output;
    std::string what = "cannot open /dev/null";
    switch (options.output)
    {
        case ProcessOutput::inherit:
            return output;
        case ProcessOutput::discard:
            output = Descriptor(::open("/dev/null", O_WRONLY | O_CLOEXEC));
            break;
        case ProcessOutput::capture:
            what = "cannot make a memory file";
            output = Descriptor(::memfd_create("output", MFD_CLOEXEC));
            break;
        case ProcessOutput::file:
            what = "cannot open " + options.output_file.string();
            output = Descriptor(::open(options.output_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
            break;
    }
    if (!output.is_open()) return system_failure(what, errno);
    return above_standard(std::move(output));
}

std::vector<char*> pointers_to(std::vector<std::string>& texts)
{
    std::vector<char*> pointers;
    pointers.reserve(texts.size() + 1);
    for (std::string& text : texts) pointers.push_back(text.data());
    pointers.push_back(nullptr);
    return pointers;
}

// Forks with every signal blocked: a handler of the parent's must not run in the child, which shares its descriptors
// (Asio's writes to a pipe).
pid_t fork_and_run(const Plan& plan)
{
    sigset_t all;
    sigset_t before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    const pid_t child = ::fork();
    if (child == 0) run_child(plan);
    const int error = errno;
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    errno = error;
    return child;
}

ExitStatus reap(pid_t pid)
{
    int raw = 0;
    pid_t answer = 0;
    do answer = ::waitpid(pid, &raw, 0);
    while (answer < 0 && errno == EINTR);
    ExitStatus status;
    if (answer < 0)
        status.code = -1;  // somebody else took the status: SIGCHLD is ignored in this process
    else if (WIFSIGNALED(raw))
        status.signal = WTERMSIG(raw);
    else
        status.code = WEXITSTATUS(raw);
    return status;
}

// Blocks until the child has executed its program (the pipe closes) or has said why it could not.
ChildFailure read_report(int pipe)
{
    ChildFailure failure;
    ssize_t count = 0;
    do count = ::read(pipe, &failure, sizeof failure);
    while (count < 0 && errno == EINTR);
    return count == static_cast<ssize_t>(sizeof failure) ? failure : ChildFailure{};
}

}  // namespace

std::optional<UserIds> find_user(const std::string& name)
{
    std::vector<char> buffer(16384);
    passwd entry = {};
    passwd* found = nullptr;
    if (::getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr)
        return std::nullopt;
    return UserIds{entry.pw_uid, entry.pw_gid};
}

bool has_capability(int capability)
{
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    CapabilitySets sets{};
    if (::syscall(SYS_capget, &header, sets.data()) != 0) return false;
    return (sets[static_cast<std::size_t>(capability) / 32].permitted & (1U << (capability % 32))) != 0;
}

std::optional<std::filesystem::path> find_program(const std::string& name)
{
    const auto can_execute = [](const std::filesystem::path& path)
    {
        std::error_code ignored;
        return std::filesystem::is_regular_file(path, ignored) && ::access(path.c_str(), X_OK) == 0;
    };
    if (name.empty()) return std::nullopt;
    if (name.find('/') != std::string::npos)
        return can_execute(name) ? std::optional<std::filesystem::path>(name) : std::nullopt;
    const char* variable = std::getenv("PATH");
    std::string_view rest = variable == nullptr ? "/usr/bin:/bin" : variable;
    while (!rest.empty())
    {
        const auto colon = std::min(rest.find(':'), rest.size());
        const std::filesystem::path candidate = std::filesystem::path(rest.substr(0, colon)) / name;
        rest.remove_prefix(std::min(colon + 1, rest.size()));
        if (candidate.is_absolute() && can_execute(candidate)) return candidate;
    }
    return std::nullopt;
}

std::string ExitStatus::describe() const
{
    return signal != 0 ? fmt::format("signal {}", signal) : fmt::format("exit code {}", code);
}

Result<Process> Process::start(const ProcessOptions& options)
{
    if (options.argv.empty()) return fail(ErrorKind::internal, "no program to start");
    const auto program = find_program(options.argv.front());
    if (!program) return fail(ErrorKind::internal, "no such program: " + options.argv.front());

    Plan plan;
    plan.program = std::filesystem::absolute(*program).string();
    std::vector<std::string> arguments = options.argv;
    plan.argv = pointers_to(arguments);
    plan.environment = environment_of(options);
    plan.envp = pointers_to(plan.environment);
    plan.directory = options.working_directory.string();
    plan.user = options.user;
    plan.capability = options.keep_capability;
    plan.new_group = options.new_process_group;
    plan.die_with_parent = options.die_with_parent;
    plan.parent = ::getpid();
    auto output = open_output(options);
    if (!output) return Failure(output.error());
    plan.output = std::move(*output);
    plan.input = above_standard(Descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC)));
    std::array<int, 2> ends{-1, -1};
    if (!plan.input.is_open() || ::pipe2(ends.data(), O_CLOEXEC) != 0)
        return system_failure("cannot start a program", errno);
    const Descriptor report_end(ends[0]);
    plan.report = above_standard(Descriptor(ends[1]));

    const pid_t child = fork_and_run(plan);
    if (child < 0) return system_failure("cannot fork", errno);
    plan.report = Descriptor();
    const ChildFailure failure = read_report(report_end.get());
    if (failure.step != Step::none)
    {
        reap(child);
        return system_failure(fmt::format("{}: {}", plan.program, herald::describe(failure.step)), failure.error);
    }

    Process process;
    process.pid_ = child;
    process.has_group_ = options.new_process_group;
    if (options.output == ProcessOutput::capture) process.capture_ = plan.output.release();
    process.pid_descriptor_ = static_cast<int>(::syscall(SYS_pidfd_open, child, 0));
    if (process.pid_descriptor_ < 0)
        return system_failure("cannot watch the child (Linux 5.3 or newer is needed)", errno);
    return process;
}

Process::Process(Process&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      pid_descriptor_(std::exchange(other.pid_descriptor_, -1)),
      capture_(std::exchange(other.capture_, -1)),
      has_group_(other.has_group_),
      detached_(other.detached_),
      status_(other.status_)
{
}

Process& Process::operator=(Process&& other) noexcept
{
    if (this == &other) return *this;
    end();
    pid_ = std::exchange(other.pid_, -1);
    pid_descriptor_ = std::exchange(other.pid_descriptor_, -1);
    capture_ = std::exchange(other.capture_, -1);
    has_group_ = other.has_group_;
    detached_ = other.detached_;
    status_ = other.status_;
    return *this;
}

Process::~Process()
{
    end();
}

void Process::end()
{
    if (pid_ > 0 && !status_ && !detached_)
    {
        signal_group(SIGKILL);
        signal(SIGKILL);
        status_ = reap(pid_);
    }
    if (pid_descriptor_ >= 0) ::close(pid_descriptor_);
    if (capture_ >= 0) ::close(capture_);
}

std::optional<ExitStatus> Process::wait(std::chrono::milliseconds timeout)
{
    if (status_ || pid_ <= 0) return status_;
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    pollfd ended = {.fd = pid_descriptor_, .events = POLLIN, .revents = 0};
    for (;;)
    {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
        const auto count = std::clamp<std::chrono::milliseconds::rep>(left.count(), 0, 1'000'000);
        const int ready = ::poll(&ended, 1, static_cast<int>(count));
        if (ready > 0) break;
        if (ready < 0 && errno != EINTR) throw std::system_error(errno, std::generic_category(), "poll");
        if (std::chrono::steady_clock::now() >= deadline) return std::nullopt;
    }
    status_ = reap(pid_);
    return status_;
}

void Process::signal(int number)
{
    if (pid_ > 0 && !status_) ::kill(pid_, number);
}

void Process::signal_group(int number)
{
    if (pid_ > 0 && !status_ && has_group_) ::kill(-pid_, number);
}

ExitStatus Process::terminate(std::chrono::milliseconds grace)
{
    signal(SIGTERM);
    if (!wait(grace))
    {
        signal_group(SIGKILL);
        signal(SIGKILL);
        if (pid_ > 0) status_ = reap(pid_);
    }
    return status_.value_or(ExitStatus{});
}

std::string Process::output() const
{
    std::string text;
    if (capture_ < 0) return text;
    std::array<char, 16384> block{};
    for (;;)
    {
        const ssize_t count = ::pread(capture_, block.data(), block.size(), static_cast<off_t>(text.size()));
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return text;
        text.append(block.data(), static_cast<std::size_t>(count));
    }
}

Result<FinishedProcess> run_process(ProcessOptions options, std::chrono::milliseconds timeout)
{
    options.output = ProcessOutput::capture;
    auto process = Process::start(options);
    if (!process) return Failure(process.error());
    const auto status = process->wait(timeout);
    if (!status)
    {
        return fail(ErrorKind::internal,
                    fmt::format("{} has not ended after {} ms", options.argv.front(), timeout.count()));
    }
    return FinishedProcess{*status, process->output()};
}

}  // namespace herald
