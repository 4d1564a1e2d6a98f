if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang" OR CMAKE_CXX_COMPILER_VERSION VERSION_LESS 19)
  message(FATAL_ERROR
    "Herald needs clang 19 or newer; this is ${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}. "
    "g++ 12 destroys temporaries twice inside co_await expressions and older clang lacks std::expected with libstdc++ 12. "
    "Configure with -DCMAKE_CXX_COMPILER=clang++-19.")
endif()

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

set(HERALD_SANITIZE "" CACHE STRING "Sanitizers for the whole tree: empty, address or thread")
option(HERALD_FUZZ "Build the libFuzzer targets" OFF)

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Wold-style-cast -Wimplicit-fallthrough -Werror)
# Position independent throughout, with one and the same flag: clang refuses a precompiled header whose -fPIC/-fPIE differs, and
# CMake's own property gives libraries the one and executables the other.
add_compile_options(-fPIE)
add_link_options(-pie)
add_compile_definitions(BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_HAS_CO_AWAIT BOOST_ASIO_SEPARATE_COMPILATION)

if(HERALD_SANITIZE STREQUAL "address")
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
elseif(HERALD_SANITIZE STREQUAL "thread")
  add_compile_options(-fsanitize=thread -fno-omit-frame-pointer)
  add_link_options(-fsanitize=thread)
elseif(NOT HERALD_SANITIZE STREQUAL "")
  message(FATAL_ERROR "HERALD_SANITIZE is '${HERALD_SANITIZE}'; allowed: empty, address, thread")
endif()
if(HERALD_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

find_program(HERALD_MOLD mold)
find_program(HERALD_LLD ld.lld-19)
if(HERALD_MOLD)
  add_link_options(--ld-path=${HERALD_MOLD})
elseif(HERALD_LLD)
  add_link_options(--ld-path=${HERALD_LLD})
endif()

find_program(HERALD_CCACHE ccache)
if(HERALD_CCACHE)
  # A precompiled header is safe to cache once its timestamp is left out of it; the base directory lets checkouts share.
  add_compile_options("SHELL:-Xclang -fno-pch-timestamp")
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${HERALD_CCACHE})
endif()
