//! Ctrl-C and SIGTERM: a sweep finishes its batch first, all else ends at once; either way with exit
//! code 130.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// Exit code of a program that was interrupted.
pub(super) const INTERRUPTED: u8 = 130;

/// What the signals set and read.
struct Flags {
    /// Whether a signal came.
    came: Arc<AtomicBool>,
    /// Whether a signal ends the program at once.
    at_once: Arc<AtomicBool>,
}

static FLAGS: OnceLock<Flags> = OnceLock::new();

/// Takes the signals over; once, at the start of the program.
pub(super) fn install() -> io::Result<()> {
    let flags = FLAGS.get_or_init(|| Flags {
        came: Arc::new(AtomicBool::new(false)),
        at_once: Arc::new(AtomicBool::new(true)),
    });
    for signal in [SIGINT, SIGTERM] {
        // In this order: the first signal of a sweep asks, and makes the second end the program.
        let at_once = Arc::clone(&flags.at_once);
        flag::register_conditional_shutdown(signal, i32::from(INTERRUPTED), at_once)?;
        flag::register(signal, Arc::clone(&flags.came))?;
        flag::register(signal, Arc::clone(&flags.at_once))?;
    }
    Ok(())
}

/// Whether the first signal only asks, and waits for the answer.
pub(super) fn wait_for_answer(wait: bool) {
    if let Some(flags) = FLAGS.get() {
        flags.at_once.store(!wait, Ordering::SeqCst);
    }
}

/// Whether a signal came.
pub(super) fn came() -> bool {
    FLAGS
        .get()
        .is_some_and(|flags| flags.came.load(Ordering::Relaxed))
}
