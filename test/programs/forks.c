/* Takes every process that is to be had, and goes on asking; says "full" once there was none left. */
#include <stdio.h>
#include <unistd.h>

int main(void) {
  for (int said = 0;;) {
    pid_t pid = fork();
    if (pid == 0) {
      for (;;) pause();
    }
    if (pid > 0 || said) continue;
    said = 1;
    puts("full");
    fflush(stdout);
  }
}
