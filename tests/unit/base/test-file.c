/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kban-test.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "failing-alloc.h"

/* What the next call of each kind fails with; 0: it does not. */
static struct {
	int read;
	int write;
	int sync_file;
	int sync_directory;
} failure;

static bool fails(int *error_number)
{
	errno = *error_number;
	*error_number = 0;
	return errno != 0;
}

/* These three stand in the place of libc's. */

ssize_t read(int fd, void *buf, size_t nbytes)
{
	return fails(&failure.read) ? -1 : syscall(SYS_read, fd, buf, nbytes);
}

/* Never more than three bytes at a time. */
ssize_t write(int fd, const void *buf, size_t n)
{
	return fails(&failure.write) ? -1 : syscall(SYS_write, fd, buf, n < 3 ? n : 3);
}

int fsync(int fd)
{
	struct stat about;

	assert_int_equal(fstat(fd, &about), 0);
	return fails(S_ISDIR(about.st_mode) ? &failure.sync_directory : &failure.sync_file)
		       ? -1
		       : (int)syscall(SYS_fsync, fd);
}

/* A directory of the test's own, with the path of a file in it. */
struct scratch {
	char directory[200];
	char path[210];
};

static int make_scratch(void **state)
{
	const char *parent = getenv("TMPDIR");
	struct scratch *scratch = calloc(1, sizeof(*scratch));

	assert_non_null(scratch);
	snprintf(scratch->directory, sizeof(scratch->directory), "%s/kban-test.XXXXXX",
		 parent != NULL ? parent : "/tmp");
	assert_non_null(mkdtemp(scratch->directory));
	snprintf(scratch->path, sizeof(scratch->path), "%s/file", scratch->directory);
	*state = scratch;
	return 0;
}

static int remove_scratch(void **state)
{
	struct scratch *scratch = *state;

	unlink(scratch->path);
	rmdir(scratch->path);
	assert_int_equal(rmdir(scratch->directory), 0);
	free(scratch);
	return 0;
}

static void write_file(const char *path, struct kban_text content)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_int_equal(fwrite(content.data, 1, content.len, file), content.len);
	assert_int_equal(fclose(file), 0);
}

static void assert_file(const char *path, struct kban_text content)
{
	kb_auto_clear(buffer) buffer = { 0 };

	assert_int_equal(kb_file_read(path, 1 << 20, &buffer, NULL), KBAN_OK);
	assert_true(kb_text_equal(kb_buffer_content(&buffer), content));
}

/* How many names the directory holds. */
static size_t count_names(const struct scratch *scratch)
{
	DIR *directory = opendir(scratch->directory);
	size_t count = 0;
	const struct dirent *entry;

	assert_non_null(directory);
	while ((entry = readdir(directory)) != NULL)
		count += entry->d_name[0] != '.';
	closedir(directory);
	return count;
}

static void reads_all_bytes_behind_what_is_there(void **state)
{
	struct scratch *scratch = *state;
	kb_auto_clear(buffer) buffer = { 0 };

	write_file(scratch->path, KB_TEXT("a\0b\n"));
	kb_buffer_string(&buffer, "x");
	assert_int_equal(kb_file_read(scratch->path, 100, &buffer, NULL), KBAN_OK);
	assert_true(kb_text_equal(kb_buffer_content(&buffer), KB_TEXT("xa\0b\n")));
}

static void reads_an_empty_file(void **state)
{
	struct scratch *scratch = *state;

	write_file(scratch->path, KB_TEXT(""));
	assert_file(scratch->path, KB_TEXT(""));
}

static void reads_what_is_larger_than_one_read(void **state)
{
	struct scratch *scratch = *state;
	kb_autofree char *bytes = malloc(200000);
	size_t i;

	assert_non_null(bytes);
	for (i = 0; i < 200000; i++)
		bytes[i] = (char)(i * 7);
	write_file(scratch->path, (struct kban_text){ bytes, 200000 });
	assert_file(scratch->path, (struct kban_text){ bytes, 200000 });
}

static void the_limit_may_be_reached_and_not_passed(void **state)
{
	struct scratch *scratch = *state;
	kb_auto_clear(buffer) buffer = { 0 };
	kban_auto(error) err = NULL;
	char expected[300];

	write_file(scratch->path, KB_TEXT("12345"));
	assert_int_equal(kb_file_read(scratch->path, 5, &buffer, &err), KBAN_OK);
	assert_null(err);
	assert_int_equal(kb_file_read(scratch->path, 4, &buffer, &err), KBAN_E_LIMIT);
	snprintf(expected, sizeof(expected), "%s: longer than 4 bytes", scratch->path);
	assert_string_equal(kban_error_text(err), expected);
	assert_true(kb_text_is(kb_buffer_content(&buffer), "12345"));
	assert_int_equal(kb_file_read(scratch->path, 0, &buffer, NULL), KBAN_E_LIMIT);
}

static void a_missing_file_is_not_found(void **state)
{
	struct scratch *scratch = *state;
	kb_auto_clear(buffer) buffer = { 0 };
	kban_auto(error) err = NULL;
	char path[300];

	assert_int_equal(kb_file_read(scratch->path, 5, &buffer, &err), KBAN_E_NOTFOUND);
	snprintf(path, sizeof(path), "%s: no such file", scratch->path);
	assert_string_equal(kban_error_text(err), path);
	assert_string_equal(kban_error_file(err), scratch->path);

	write_file(scratch->path, KB_TEXT("x"));
	snprintf(path, sizeof(path), "%s/below", scratch->path);
	assert_int_equal(kb_file_read(path, 5, &buffer, NULL), KBAN_E_NOTFOUND);
}

static void only_regular_files_are_read(void **state)
{
	struct scratch *scratch = *state;
	kb_auto_clear(buffer) buffer = { 0 };
	kban_auto(error) err = NULL;

	assert_int_equal(kb_file_read(scratch->directory, 5, &buffer, &err), KBAN_E_SYSTEM);
	assert_non_null(strstr(kban_error_text(err), ": cannot read: Is a directory"));
	assert_int_equal(mkfifo(scratch->path, 0600), 0);
	assert_int_equal(kb_file_read(scratch->path, 5, &buffer, &err), KBAN_E_SYSTEM);
	assert_non_null(strstr(kban_error_text(err), ": not a regular file"));
}

/* A link to itself cannot be opened even by root. */
static void what_cannot_be_opened_says_why(void **state)
{
	struct scratch *scratch = *state;
	kb_auto_clear(buffer) buffer = { 0 };
	kban_auto(error) err = NULL;

	assert_int_equal(symlink("file", scratch->path), 0);
	assert_int_equal(kb_file_read(scratch->path, 5, &buffer, &err), KBAN_E_SYSTEM);
	assert_non_null(strstr(kban_error_text(err), ": cannot open: Too many levels"));
}

static void replace_writes_a_new_file(void **state)
{
	struct scratch *scratch = *state;
	mode_t mask = umask(0077);
	struct stat about;

	assert_int_equal(kb_file_replace(scratch->path, KB_TEXT("a\0b"), 0644, NULL), KBAN_OK);
	umask(mask);
	assert_file(scratch->path, KB_TEXT("a\0b"));
	assert_int_equal(stat(scratch->path, &about), 0);
	assert_int_equal(about.st_mode & 07777, 0644);
	assert_int_equal(count_names(scratch), 1);
}

/* Who has the old file open goes on seeing all of it. */
static void replace_leaves_the_old_file_whole(void **state)
{
	struct scratch *scratch = *state;
	char old[10] = "";
	FILE *reader;

	write_file(scratch->path, KB_TEXT("old"));
	reader = fopen(scratch->path, "re");
	assert_non_null(reader);
	assert_int_equal(kb_file_replace(scratch->path, KB_TEXT("newer"), 0600, NULL), KBAN_OK);
	assert_int_equal(fread(old, 1, sizeof(old), reader), 3);
	assert_string_equal(old, "old");
	fclose(reader);
	assert_file(scratch->path, KB_TEXT("newer"));
	assert_int_equal(count_names(scratch), 1);
}

static void replace_fails_without_a_trace(void **state)
{
	struct scratch *scratch = *state;
	kban_auto(error) err = NULL;
	char path[300];

	assert_int_equal(mkdir(scratch->path, 0700), 0);
	assert_int_equal(kb_file_replace(scratch->path, KB_TEXT("x"), 0600, &err), KBAN_E_SYSTEM);
	assert_non_null(strstr(kban_error_text(err), "/file: cannot replace: Is a directory"));
	assert_int_equal(count_names(scratch), 1);

	snprintf(path, sizeof(path), "%s/none/file", scratch->directory);
	assert_int_equal(kb_file_replace(path, KB_TEXT("x"), 0600, &err), KBAN_E_SYSTEM);
	assert_non_null(strstr(kban_error_text(err), "cannot write beside it: No such file"));
}

static void interrupted_calls_are_made_again(void **state)
{
	struct scratch *scratch = *state;

	failure.write = EINTR;
	assert_int_equal(kb_file_replace(scratch->path, KB_TEXT("content"), 0600, NULL), KBAN_OK);
	failure.read = EINTR;
	assert_file(scratch->path, KB_TEXT("content"));
	assert_int_equal(failure.write + failure.read, 0);
}

static void a_failed_read_says_why(void **state)
{
	struct scratch *scratch = *state;
	kb_auto_clear(buffer) buffer = { 0 };
	kban_auto(error) err = NULL;

	write_file(scratch->path, KB_TEXT("x"));
	failure.read = EIO;
	assert_int_equal(kb_file_read(scratch->path, 5, &buffer, &err), KBAN_E_SYSTEM);
	assert_non_null(strstr(kban_error_text(err), ": cannot read: Input/output error"));
	assert_int_equal(buffer.len, 0);
}

static void what_is_not_on_disk_replaces_nothing(void **state)
{
	struct scratch *scratch = *state;
	kban_auto(error) err = NULL;

	write_file(scratch->path, KB_TEXT("old"));
	failure.sync_file = EIO;
	assert_int_equal(kb_file_replace(scratch->path, KB_TEXT("new"), 0600, &err), KBAN_E_SYSTEM);
	assert_non_null(strstr(kban_error_text(err), ": cannot write beside it: Input/output"));
	assert_file(scratch->path, KB_TEXT("old"));
	assert_int_equal(count_names(scratch), 1);
}

static void the_directory_is_synced(void **state)
{
	struct scratch *scratch = *state;
	kban_auto(error) err = NULL;

	failure.sync_directory = EIO;
	assert_int_equal(kb_file_replace(scratch->path, KB_TEXT("x"), 0600, &err), KBAN_E_SYSTEM);
	assert_non_null(strstr(kban_error_text(err), ": cannot sync its directory: Input/output"));
	failure.sync_directory = EINVAL;
	assert_int_equal(kb_file_replace(scratch->path, KB_TEXT("x"), 0600, NULL), KBAN_OK);
	assert_int_equal(failure.sync_directory, 0);
}

/* A limit on the size of files does what a full disk would. */
static void a_failed_write_leaves_the_old_file(void **state)
{
	void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
	struct scratch *scratch = *state;
	kban_auto(error) err = NULL;
	struct rlimit wide;
	struct rlimit tight;
	int status;

	write_file(scratch->path, KB_TEXT("old"));
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &wide), 0);
	tight = wide;
	tight.rlim_cur = 4;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
	status = kb_file_replace(scratch->path, KB_TEXT("longer"), 0600, &err);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &wide), 0);
	signal(SIGXFSZ, handler);
	assert_int_equal(status, KBAN_E_SYSTEM);
	assert_non_null(strstr(kban_error_text(err), "cannot write beside it: File too large"));
	assert_file(scratch->path, KB_TEXT("old"));
	assert_int_equal(count_names(scratch), 1);
}

static void a_name_without_directory_is_beside_us(void **state)
{
	struct scratch *scratch = *state;
	char before[4096];

	assert_non_null(getcwd(before, sizeof(before)));
	assert_int_equal(chdir(scratch->directory), 0);
	assert_int_equal(kb_file_replace("file", KB_TEXT("x"), 0600, NULL), KBAN_OK);
	assert_int_equal(chdir(before), 0);
	assert_file(scratch->path, KB_TEXT("x"));
}

static int try_read(void *data)
{
	const struct scratch *scratch = data;
	kb_auto_clear(buffer) buffer = { 0 };

	return kb_file_read(scratch->path, 1 << 20, &buffer, NULL);
}

static int try_replace(void *data)
{
	const struct scratch *scratch = data;

	return kb_file_replace(scratch->path, KB_TEXT("x"), 0600, NULL);
}

static void every_allocation_may_fail(void **state)
{
	struct scratch *scratch = *state;

	assert_every_allocation_may_fail(try_replace, scratch);
	assert_every_allocation_may_fail(try_read, scratch);
	assert_int_equal(count_names(scratch), 1);
}

#define scratch_test(function) \
	cmocka_unit_test_setup_teardown(function, make_scratch, remove_scratch)

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(reads_all_bytes_behind_what_is_there),
		scratch_test(reads_an_empty_file),
		scratch_test(reads_what_is_larger_than_one_read),
		scratch_test(the_limit_may_be_reached_and_not_passed),
		scratch_test(a_missing_file_is_not_found),
		scratch_test(only_regular_files_are_read),
		scratch_test(what_cannot_be_opened_says_why),
		scratch_test(replace_writes_a_new_file),
		scratch_test(replace_leaves_the_old_file_whole),
		scratch_test(replace_fails_without_a_trace),
		scratch_test(interrupted_calls_are_made_again),
		scratch_test(a_failed_read_says_why),
		scratch_test(what_is_not_on_disk_replaces_nothing),
		scratch_test(the_directory_is_synced),
		scratch_test(a_failed_write_leaves_the_old_file),
		scratch_test(a_name_without_directory_is_beside_us),
		scratch_test(every_allocation_may_fail),
	};

	return cmocka_run_group_tests_name("file", tests, NULL, NULL);
}
