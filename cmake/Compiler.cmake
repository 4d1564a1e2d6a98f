# clang 19 is the compiler of this project (docs/architecture.md, "The compiler"). g++ 12 destroys some temporaries twice
# inside co_await expressions, so a server built with it aborts on its first request: it is refused here, not found out there.
if(NOT DEFINED CMAKE_CXX_COMPILER AND NOT DEFINED ENV{CXX})
  find_program(HERALD_CLANG NAMES clang++-19 clang++-20 clang++-21)
  if(NOT HERALD_CLANG)
    message(FATAL_ERROR "Herald is built with clang 19 or newer and none was found. Run script/bootstrap, or: apt-get install clang-19")
  endif()
  set(CMAKE_CXX_COMPILER ${HERALD_CLANG})
endif()
