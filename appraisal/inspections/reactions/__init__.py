"""What inspections answer to the kernel and to tenants; imported when the app is ready."""
