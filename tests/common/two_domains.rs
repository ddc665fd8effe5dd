//! Parts of small experiments, for `concat!`: simulated in a blink.

/// Two domains, and a learner of the kernel "exponential".
macro_rules! two_domains {
    () => {
        r#"[[world.domains]]
name = "web"
exponent = 1.3
floor = 1.0

[[world.domains]]
name = "code"
exponent = 1.6
floor = 0.5

[learner]
kernel = "exponential"
tau = 5
"#
    };
}
