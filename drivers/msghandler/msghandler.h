/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ipmi_msghandler inside: what its files offer each other, and the bounds of its waits. The
 * objects, who owns them and which lock guards what: objects.h. Included by drivers/msghandler/
 * only.
 *
 * A function whose name ends in _run is called under intf->run, in _registry under the registry,
 * in _locked under intf->lock.
 *
 * Files call each other downwards only (tools/check-layers):
 *
 *   main                       the module
 *   panic, intf                an interface begins, ends, and is asked by a dying kernel
 *   sysfs
 *   bmc, stats                 who is behind it
 *   identify                   what it is asked for that
 *   ask                        questions of our own
 *   request                    what comes from above
 *   run                        when
 *   user, route                who is there; what a message is
 *   bridge, event, patience
 *   command
 *   deliver, watch, news       up to a user, down to the transport
 *   queue, maintenance         what waits
 *   access, address, meter     what a user may, from where it sends, how long it takes
 *   registry, msg, recheck
 *   ref, trace, oneset         what is held; what is told; what may be loaded
 */
#ifndef MSGHANDLER_H
#define MSGHANDLER_H

#include "objects.h"

/* Bounds, all of them in Documentation/house. */
#define ASK_TIMEOUT_MS		15000	/* one question of the core to a BMC */
#define DEVICE_ID_TRIES		6	/* the first, and five more as the BMC starts */
#define DEVICE_ID_PAUSE_MS	500
#define GUID_TRIES		3
#define IDENTITY_FRESH_MS	10000	/* how old a cached identity may be */
#define IDENTITY_WAIT_MS	1000	/* how long who reads it waits for a new one */
#define RECHECK_PAUSE_MS	5000	/* between tries to see whether a BMC has changed */
#define RECHECK_TRIES		12
#define RUN_BATCH		8	/* messages in one burst of the runner */
#define RUN_BURST_US		1000	/* after which it begins no other message */
#define EVENTS_KEPT		25	/* events kept while nobody listens */

/* main.c */
extern struct workqueue_struct *ipmi_wq;
extern struct workqueue_struct *ipmi_client_wq;
extern unsigned int ipmi_max_users;
extern unsigned int ipmi_max_msgs_per_user;

/* registry.c */
extern struct mutex ipmi_registry;
struct ipmi_smi *intf_find(unsigned int number);
struct ipmi_smi *intf_next(unsigned long *number);
int intf_reserve_number(struct ipmi_smi *intf);
void intf_publish_registry(struct ipmi_smi *intf);
void intf_unpublish_registry(struct ipmi_smi *intf);
void intf_release_number(struct ipmi_smi *intf);
void registry_exit(void);

/* ref.c */
void intf_put(struct ipmi_smi *intf);
void intf_free_work(struct work_struct *work);
void user_put(struct ipmi_user *user);

/* access.c */
int access_request(const struct ipmi_request *rq);
int access_admin(struct ipmi_user *user);

/* address.c */
void address_init(struct ipmi_user *user);
u8 address_of(const struct ipmi_user *user, unsigned int channel);
u8 address_lun_of(const struct ipmi_user *user, unsigned int channel);

/* meter.c */
void meter_begin_locked(struct ipmi_smi *intf);
void meter_end_run(struct ipmi_smi *intf);
void meter_wire_locked(struct ipmi_smi *intf, bool busy);
u64 meter_read(struct ipmi_smi *intf, enum meter_figure which);

/* recheck.c */
void intf_recheck(struct ipmi_smi *intf, unsigned int ms);
void intf_recheck_if_old(struct ipmi_smi *intf);

/* msg.c */
struct ipmi_recv_msg *recv_msg_alloc(struct ipmi_user *user);
int msg_get(const struct ipmi_request *rq, struct ipmi_smi_msg **smi, struct ipmi_recv_msg **recv);
struct msg_time *msg_time(struct ipmi_recv_msg *recv);
void msg_unget(const struct ipmi_request *rq, struct ipmi_smi_msg *smi, struct ipmi_recv_msg *recv);

/* queue.c */
void intf_kick(struct ipmi_smi *intf);
int queue_submit(struct ipmi_smi *intf, struct ipmi_smi_msg *smi, bool urgent, bool *idle);
struct ipmi_smi_msg *queue_next_tx(struct ipmi_smi *intf,
				   const struct ipmi_smi_handlers **handlers);
int queue_submit_request(struct ipmi_smi *intf, struct ipmi_smi_msg *smi,
			 struct ipmi_recv_msg *recv, bool urgent, unsigned int ms, bool *idle);
void queue_set_patience_locked(struct ipmi_smi *intf, u64 due);
bool queue_has_tx(const struct ipmi_smi *intf);
bool queue_wants_wire(struct ipmi_smi *intf);
struct ipmi_smi_msg *queue_next_rx(struct ipmi_smi *intf);
void queue_refused(struct ipmi_smi *intf, struct ipmi_smi_msg *smi, u8 cc);

/* run.c */
void run_here(struct ipmi_smi *intf);
void run_all(struct ipmi_smi *intf);
void run_at_panic(struct ipmi_smi *intf);
void run_work(struct work_struct *work);
void run_burst(struct tasklet_struct *tasklet);
void run_down_work(struct work_struct *work);

/* user.c */
struct ipmi_user *user_alloc(struct ipmi_smi *intf, const struct ipmi_user_hndl *handler,
			     void *handler_data);
bool user_end_run(struct ipmi_user *user);
void user_ended(struct ipmi_user *user);
void user_end_all(struct ipmi_smi *intf);

/* watch.c */
void watch_update_run(struct ipmi_smi *intf);
void watch_tell(struct ipmi_smi *intf, const struct ipmi_smi_handlers *handlers);

/* request.c */
int request_send(const struct ipmi_request *rq);

/* route.c */
void route_one_run(struct ipmi_smi *intf, struct ipmi_smi_msg *smi);

/* deliver.c */
void deliver_run(struct ipmi_recv_msg *recv);
void deliver_cc_run(struct ipmi_recv_msg *recv, u8 cc);
void deliver_pretimeout_run(struct ipmi_smi *intf);
void deliver_work(struct work_struct *work);
void deliver_set_si_addr(struct ipmi_addr *addr, u8 lun);
void deliver_set_data(struct ipmi_recv_msg *recv, u8 netfn, u8 cmd, const u8 *data, u16 len);

/* bridge.c */
int bridge_encode(const struct ipmi_request *rq, struct codec_request *crq,
		  struct ipmi_smi_msg *smi, struct ipmi_recv_msg *recv);
bool bridge_undo(struct ipmi_smi *intf, struct ipmi_smi_msg *smi);
void bridge_sent_run(struct ipmi_smi *intf, struct ipmi_smi_msg *smi);
void bridge_received_run(struct ipmi_smi *intf, const u8 *rsp, unsigned int len);
void bridge_direct_run(struct ipmi_smi *intf, struct ipmi_smi_msg *smi);
void bridge_expire_run(struct ipmi_smi *intf);
void bridge_drop_run(struct ipmi_smi *intf, struct ipmi_user *user);
void bridge_tick(struct work_struct *work);

unsigned int bridge_patience_ms(const struct ipmi_request *rq);

/* A token that no slot has: of messages that are not in the table. */
#define BRIDGE_NO_TOKEN (-1)

/* patience.c */
void patience_work(struct work_struct *work);
void patience_answered_run(struct ipmi_smi *intf, struct ipmi_recv_msg *recv);

/* The msgid of a message without an owner whose user has waited long enough. */
#define PATIENCE_OVER (-2)

/* command.c */
void command_run(struct ipmi_smi *intf, const struct codec_message *msg);
void command_drop(struct ipmi_user *user);
void command_oem_run(struct ipmi_smi *intf, const u8 *rsp, unsigned int len, u8 chan);

/* event.c */
void event_run(struct ipmi_smi *intf, const u8 *data, u16 len);
void events_drop_run(struct ipmi_smi *intf);
void events_tick(struct work_struct *work);

/* maintenance.c */
enum ipmi_maintenance maintenance_state(struct ipmi_smi *intf, unsigned int *remaining_ms);
bool maintenance_active(struct ipmi_smi *intf);
bool maintenance_command(const struct kernel_ipmi_msg *msg);
u64 maintenance_window(void);
void maintenance_tick(struct work_struct *work);
void maintenance_trigger(struct ipmi_smi *intf, const struct kernel_ipmi_msg *msg);

/* ask.c */
int ask_start(struct ipmi_smi *intf);
void ask_stop(struct ipmi_smi *intf);
int ask(struct ipmi_smi *intf, u8 netfn, u8 cmd, const u8 *data, u16 len, u8 *rsp, int cap);

/* identify.c */
int identify(struct ipmi_smi *intf, struct ipmi_identity *who);
int identify_device(struct ipmi_smi *intf, struct ipmi_device_id *id);
enum guid_answer identify_guid(struct ipmi_smi *intf, struct ipmi_identity *who);
void identify_channels(struct ipmi_smi *intf, const struct ipmi_device_id *id);

/* bmc.c */
int bmc_init(void);
void bmc_exit(void);
void bmc_recheck_work(struct work_struct *work);
int bmc_attach_registry(struct ipmi_smi *intf, const struct ipmi_identity *who);
void bmc_detach_registry(struct ipmi_smi *intf);
void bmc_said(struct device *dev, struct ipmi_identity *who);
void bmc_identity(struct device *dev, struct ipmi_identity *who);

/* panic.c */
int panic_init(void);
void panic_exit(void);

/* oneset.c */
#ifdef CONFIG_MODULES
int oneset_init(void);
void oneset_exit(void);
#else
static inline int oneset_init(void)
{
	return 0;
}

static inline void oneset_exit(void)
{
}
#endif

/* trace.c */
void trace_send(struct ipmi_smi *intf, const struct ipmi_smi_msg *smi);
void trace_receive(struct ipmi_smi *intf, const struct ipmi_smi_msg *smi);
void trace_deliver(const struct ipmi_recv_msg *recv);
void drop_recv(const struct ipmi_recv_msg *recv, enum ipmi_drop reason);
void drop_message(const struct ipmi_smi *intf, const struct ipmi_user *user,
		  const struct codec_message *msg, enum ipmi_drop reason);
void drop_smi(struct ipmi_smi *intf, const struct ipmi_smi_msg *smi, enum ipmi_drop reason);
void drop_async(const struct ipmi_smi *intf, const struct ipmi_user *user, u8 cmd, u16 len,
		enum ipmi_drop reason);

/* stats.c */
int stats_add(struct ipmi_smi *intf);
void stats_remove(struct ipmi_smi *intf);

/* sysfs.c */
extern const struct attribute_group *ipmi_bmc_groups[];
int sysfs_add(struct ipmi_smi *intf);
void sysfs_remove(struct ipmi_smi *intf);

#endif /* MSGHANDLER_H */
