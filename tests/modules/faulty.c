// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does, on loading, the one wrong thing that "fault" names, so that the instrumented kernel
 * can be seen to notice it. Only tests/vm/harness loads this.
 */
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/timer.h>

#define STALL_S 35 /* more than RCU's patience, see tools/vm/machine.py */

static char *fault = "";
module_param(fault, charp, 0444);
MODULE_PARM_DESC(fault,
		 "use-after-free, overflow, leak, lock-order, sleep, timer, shift, data-race, hung or stall");

struct faulty_box {
	struct timer_list timer;
	int number;
	char bytes[16];
};

static DEFINE_MUTEX(first);
static DEFINE_MUTEX(second);
static DEFINE_SPINLOCK(spin);
static int bits = 40;

static void use_after_free(struct faulty_box *box)
{
	kfree(box);
	WRITE_ONCE(box->number, 1);
}

static void overflow(struct faulty_box *box)
{
	WRITE_ONCE(((char *)box)[sizeof(*box)], 1);
	kfree(box);
}

static void leak(struct faulty_box *box)
{
	OPTIMIZER_HIDE_VAR(box);
}

static void lock_order(struct faulty_box *box)
{
	kfree(box);
	mutex_lock(&first);
	mutex_lock(&second);
	mutex_unlock(&second);
	mutex_unlock(&first);
	mutex_lock(&second);
	mutex_lock(&first);
	mutex_unlock(&first);
	mutex_unlock(&second);
}

static void sleep_in_spinlock(struct faulty_box *box)
{
	kfree(box);
	spin_lock(&spin);
	might_sleep();
	spin_unlock(&spin);
}

static void nothing(struct timer_list *timer)
{
}

static void free_timer(struct faulty_box *box)
{
	timer_setup(&box->timer, nothing, 0);
	mod_timer(&box->timer, jiffies + HZ);
	kfree(box);
}

static void shift(struct faulty_box *box)
{
	box->number = 1 << READ_ONCE(bits);
	kfree(box);
}

static int race(void *data)
{
	struct faulty_box *box = data;

	while (!kthread_should_stop()) {
		box->number++;
		cond_resched();
	}
	return 0;
}

static void race_on(struct faulty_box *box)
{
	struct task_struct *other = kthread_run(race, box, "faulty");
	unsigned long end = jiffies + 5 * HZ;

	if (!IS_ERR(other)) {
		while (time_before(jiffies, end)) {
			box->number++;
			cond_resched();
		}
		kthread_stop(other);
	}
	kfree(box);
}

static int sleep_for_ever(void *data)
{
	for (;;) {
		set_current_state(TASK_UNINTERRUPTIBLE);
		schedule();
	}
	return 0;
}

/* The thread keeps the module. */
static void hang(struct faulty_box *box)
{
	struct task_struct *sleeper = kthread_run(sleep_for_ever, NULL, "faulty");

	if (!IS_ERR(sleeper))
		__module_get(THIS_MODULE);
	kfree(box);
}

static void stall(struct faulty_box *box)
{
	unsigned long end = jiffies + STALL_S * HZ;

	rcu_read_lock();
	while (time_before(jiffies, end))
		cpu_relax();
	rcu_read_unlock();
	kfree(box);
}

static const struct {
	const char *name;
	void (*commit)(struct faulty_box *box);
} faults[] = {
	{ "use-after-free", use_after_free },
	{ "overflow", overflow },
	{ "leak", leak },
	{ "lock-order", lock_order },
	{ "sleep", sleep_in_spinlock },
	{ "timer", free_timer },
	{ "shift", shift },
	{ "data-race", race_on },
	{ "hung", hang },
	{ "stall", stall },
};

static int __init faulty_init(void)
{
	struct faulty_box *box;
	int i;

	for (i = 0; i < ARRAY_SIZE(faults); i++) {
		if (strcmp(fault, faults[i].name))
			continue;
		box = kzalloc(sizeof(*box), GFP_KERNEL);
		if (!box)
			return -ENOMEM;
		faults[i].commit(box);
		return 0;
	}
	return -EINVAL;
}

static void __exit faulty_exit(void)
{
}

module_init(faulty_init);
module_exit(faulty_exit);
MODULE_DESCRIPTION("One fault of each kind, for tests");
MODULE_LICENSE("GPL");
